// One page for every address of the API: it reads the OpenAPI document and the address's own JSON,
// and shows what there is and what can be done.
import {faultsOf, isJson, isTooLate, nameOf, noteOf, save, send} from './api.js';
import {Contract, decodeSegment} from './contract.js';
import {askToDelete, bindSignIn, showWho} from './dialogs.js';
import {button, byId, description, element, replace} from './dom.js';
import {filterForm, operationSection} from './forms.js';
import {member, textOf} from './json.js';
import {jsonView, pages, requestLine, statusLine} from './render.js';
import {Session} from './session.js';

const path = location.pathname;
const address = path + location.search;

class Page {
    constructor(contract, session) {
        this.contract = contract;
        this.session = session;
        this.route = contract.find(path);
        this.operations = contract.operations(this.route);
        this.current = undefined;  // the last answer to GET that was good
    }

    async start() {
        this.openSignIn = bindSignIn(this.session, () => this.changeCaller());
        this.showWho();
        this.showBreadcrumbs();
        this.showHeading();
        this.showFilters();
        await this.read();
    }

    // `trouble`: why signing in or out failed.
    showWho(trouble = '') {
        showWho(this.session, {
            trouble,
            signIn: this.openSignIn,
            signOut: async () => {
                const why = await this.session.signOut();
                if (why)
                    this.showWho(`Signing out failed. ${why}`);
                else
                    await this.changeCaller();
            }
        });
    }

    async changeCaller() {
        this.showWho();
        await this.load();
    }

    showBreadcrumbs() {
        const names = path.split('/').filter(Boolean);
        const items = names.map((name, i) => {
            const href = `/${names.slice(0, i + 1).join('/')}/`;
            const last = i === names.length - 1;
            const text = decodeSegment(name);
            if (!this.contract.find(href)) return element('li', {}, text);
            const link = element('a', {href, 'aria-current': last ? 'page' : false}, text);
            return element('li', {}, link);
        });
        replace(byId('breadcrumbs'),
            element('ol', {}, element('li', {}, element('a', {href: '/'}, 'eyed')), items));
    }

    // Reads come first; of an address that only takes something, what it takes.
    get first() {
        return this.operations.GET ?? Object.values(this.operations)[0];
    }

    get title() {
        return this.first ? this.first.summary.replace(/\.$/, '') : 'Not found';
    }

    showHeading() {
        document.title = `${this.title} · eyed API`;
        const {GET} = this.operations;
        const readsJson = GET &&
            !this.contract.parameters(this.route, GET, 'query').some(({name}) => name === 'format');
        const files = GET ? this.contract.answerTypes(GET).filter((type) => !isJson(type)) : [];
        replace(byId('heading'), element('h1', {}, this.title),
            element('div', {class: 'actions', role: 'group', 'aria-label': 'Actions'},
                (GET || !this.route) && !this.answersFiles && button('GET', () => this.load()),
                readsJson &&
                    button('JSON', () => this.act({method: 'GET', path: address, raw: true})),
                this.downloads(files),
                button('OPTIONS', () => this.act({method: 'OPTIONS', path: address})),
                this.operations.DELETE &&
                    button('DELETE', () => this.delete(), {class: 'danger'})),
            element('nav', {id: 'related', 'aria-label': 'Related'}),
            GET && description(GET.description));
    }

    downloads(types) {
        if (!types.length) return [];
        if (this.answersFiles) return [this.downloadButton('*/*', 'Download')];
        return types.map((type) => this.downloadButton(type, `Download ${type}`));
    }

    downloadButton(accept, label) {
        return button(label, async () => {
            const answer = await this.act({method: 'GET', path: address, accept});
            if (answer.file) save(answer);
        });
    }

    // A read that gives no JSON is not made unasked: what it gives may be large.
    get answersFiles() {
        const types = this.contract.answerTypes(this.operations.GET);
        return types.length > 0 && !types.some(isJson);
    }

    showFilters() {
        const {GET} = this.operations;
        this.filters = GET && filterForm({
            contract: this.contract,
            route: this.route,
            operation: GET,
            choices: (list) => this.choices(list),
        });
        replace(byId('filters'), this.filters?.element);
    }

    // Loads because somebody asked for it.
    async load() {
        await this.read();
        this.focusAnswer();
    }

    async read() {
        this.current = undefined;
        if (this.route && !this.operations.GET) {
            byId('status').textContent = 'There is nothing to read here: see the form below.';
            byId('answer').hidden = true;
        } else if (this.answersFiles) {
            byId('status').textContent = 'This address answers with a file.';
            byId('answer').hidden = true;
        } else {
            const answer = await this.perform({method: 'GET', path: address});
            this.filters?.tell(answer.status === 400 ? faultsOf(answer) : []);
        }
        this.showRelated();
        this.showForms();
    }

    // What a button does: the focus, which its going grey has lost, is then on the answer.
    async act(request) {
        const answer = await this.perform(request);
        this.focusAnswer();
        return answer;
    }

    focusAnswer() {
        byId(byId('answer').hidden ? 'main' : 'answer-title').focus();
    }

    // Sends and shows what comes back. One at a time.
    async perform(request) {
        const {method} = request;
        const {label} = this.session;
        const etag = ['PUT', 'PATCH', 'DELETE'].includes(method) && this.current?.etag;
        const full = etag ? {...request, headers: {'If-Match': etag, ...request.headers}} : request;
        this.busy(true);
        const answer = await send(full, this.session);
        if (this.session.label !== label) this.showWho();
        this.show(answer);
        if (answer.good && method !== 'OPTIONS') await this.follow(answer);
        this.busy(false);
        return answer;
    }

    // What a change leaves behind: the forms of what is there now.
    async follow(answer) {
        const {method, accept, raw} = answer.request;
        if (method === 'GET') {
            if (!accept && !raw) this.current = answer;
            return;
        }
        if (method !== 'POST') {
            const now = method === 'DELETE' ?
                undefined :
                await send({method: 'GET', path: address}, this.session);
            this.current = now?.good ? now : undefined;
            this.showForms();
        }
    }

    busy(on) {
        document.body.classList.toggle('busy', on);
        byId('main').setAttribute('aria-busy', String(on));
        for (const one of document.querySelectorAll('main button')) one.disabled = on;
        if (on) byId('status').textContent = 'Waiting for the answer …';
    }

    show(answer) {
        const {method, path: asked} = answer.request;
        byId('status').textContent =
            answer.lost ?? `${method} ${asked}: ${answer.status} ${answer.reason}`;
        const note = noteOf(answer);
        const described = this.contract.answer(this.operations[method], String(answer.status));
        const [content] = Object.values(described?.content ?? {});
        const steps = answer.good && method === 'GET' ? pages(answer) : [];
        const paging = () => steps.length > 0 &&
            element('nav', {class: 'paging', 'aria-label': 'Pages'},
                steps.map(({label, href}) => element('a', {href}, label)));
        replace(byId('answer'), element('h2', {id: 'answer-title', tabindex: '-1'}, 'Answer'),
            requestLine(answer.request), !answer.lost && statusLine(answer),
            note &&
                element('p', {class: 'note'}, note, ' ',
                    answer.status === 401 && button('Sign in', this.openSignIn),
                    isTooLate(answer) && button('Load again', () => this.load())),
            method === 'DELETE' && answer.good &&
                element('p', {}, 'Done. ', this.parentLink()),
            paging(), answer.value && jsonView(answer.value, content?.schema, this.contract),
            answer.text &&
                element('pre', {class: 'json', tabindex: '0', 'aria-label': 'Text'}, answer.text),
            paging());
        byId('answer').hidden = false;
    }

    parentLink() {
        const parent = path.replace(/\/+$/, '').split('/').slice(0, -1).join('/');
        return this.contract.find(parent) && element('a', {href: parent}, `Back to ${parent}`);
    }

    // What lies one step below, as far as the answer does not lead there itself.
    showRelated() {
        const linked = new Set([...document.querySelectorAll('#answer pre a')].map(
            (link) => link.pathname.replace(/\/+$/, '')));
        const actions =
            this.contract.actions(this.route, path).filter(({href}) => !linked.has(href));
        replace(byId('related'),
            actions.map(({href, name, operations}) => {
                const [{summary}] = Object.values(operations);
                const label = `${Object.keys(operations).join(', ')} ${name}`;
                return element('a', {class: 'button', href, title: summary}, label);
            }));
    }

    // What changes a thing is shown once there is one.
    showForms() {
        const changes = this.current || !this.operations.GET ? ['POST', 'PUT', 'PATCH'] : ['POST'];
        const sections = changes.filter((method) => this.operations[method])
            .map((method) => operationSection({
                contract: this.contract,
                route: this.route,
                method,
                operation: this.operations[method],
                path,
                current: this.current?.value,
                act: (request) => this.act(request),
                choices: (list) => this.choices(list),
            }));
        replace(byId('forms'), sections);
    }

    // The things of a list by their addresses, for fields that take one.
    async choices(list) {
        const answer = await send({method: 'GET', path: list}, this.session);
        const results = answer.good ? member(answer.value, 'results')?.items ?? [] : [];
        return results
            .map((one) => ({value: textOf(member(one, 'detail_url')), label: nameOf(one)}))
            .filter(({value}) => value);
    }

    async delete() {
        const named = nameOf(this.current?.value);
        const yes = await askToDelete({
            title: this.operations.DELETE.summary,
            text: `DELETE ${path}${named && ` — “${named}”`}`
        });
        if (yes) await this.act({method: 'DELETE', path});
    }
}

async function start() {
    const session = new Session();
    try {
        const [contract, who] = await Promise.all([Contract.load(), session.load()]);
        const page = new Page(contract, session);
        await page.start();
        if (!who.good) page.showWho('Who is signed in could not be asked.');
    } catch (error) {
        byId('status').textContent = `This page could not be made: ${error.message}.`;
    }
}

await start();
