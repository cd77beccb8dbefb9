// Just enough of a browser for the admin pages without script: cookies, forms, redirects.
import assert from 'node:assert/strict';

const entities = {amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", '#x27': "'", '#34': '"'};

export function unescapeHtml(text) {
    return text.replace(/&(#?\w+);/g, (whole, name) => entities[name] ?? whole);
}

function attributes(tag) {
    const found = {};
    for (const [, name, , , double, single] of tag.matchAll(/([\w-]+)(=("([^"]*)"|'([^']*)'))?/g)) {
        found[name.toLowerCase()] = unescapeHtml(double ?? single ?? '');
    }
    return found;
}

// The forms of a page: {action, method, fields}; text areas count as fields.
export function formsOf(html) {
    return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, inner]) => {
        const fields = {};
        for (const [, tag] of inner.matchAll(/<input\b([^>]*)>/gi)) {
            const {name, value, type} = attributes(tag);
            if (name && type !== 'submit') fields[name] = value ?? '';
        }
        for (const [, tag, text] of inner.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/gi)) {
            fields[attributes(tag).name] = unescapeHtml(text.replace(/^\r?\n/, ''));
        }
        const {action, method} = attributes(head);
        return {action, method: (method ?? 'get').toLowerCase(), fields};
    });
}

export class Browser {
    constructor(server) {
        this.server = server;
        this.cookies = new Map();
        this.path = '/';
    }

    remember(answer) {
        for (const line of answer.headers['set-cookie'] ?? []) {
            const [pair, ...rest] = line.split(';');
            const at = pair.indexOf('=');
            const gone = rest.some((part) => /max-age\s*=\s*0\s*$/i.test(part));
            if (gone) this.cookies.delete(pair.slice(0, at));
            else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
        }
    }

    async call(method, target, options = {}) {
        const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const headers = {accept: 'text/html', ...(cookie ? {cookie} : {}), ...options.headers};
        const answer = await this.server.call(method, target, {...options, headers, token: null});
        this.remember(answer);
        this.path = target;
        return answer;
    }

    // Follows redirects; `answer.path` is where it ended.
    async open(target, {method = 'GET', ...options} = {}) {
        let answer = await this.call(method, target, options);
        for (let hops = 0; answer.status >= 300 && answer.status < 400; hops++) {
            assert.ok(hops < 10, 'redirects end');
            const to = new URL(answer.headers.location, `${this.server.origin}${this.path}`);
            answer = await this.call('GET', to.pathname + to.search);
        }
        answer.path = this.path;
        return answer;
    }

    // Sends the page's form that has all of these fields, as filled.
    async submit(page, values, {follow = true} = {}) {
        const form = formsOf(page.text).find(({method, fields}) =>
            method === 'post' && Object.keys(values).every((name) => name in fields));
        assert.ok(form, `a form with ${Object.keys(values).join(', ')}: ${page.text.slice(0, 3000)}`);
        const action = new URL(form.action || page.path, `${this.server.origin}${page.path}`);
        const options = {form: {...form.fields, ...values}};
        const target = action.pathname + action.search;
        return follow ? this.open(target, {method: 'POST', ...options}) : this.call('POST', target, options);
    }

    async login(username, password) {
        const page = await this.open('/admin/login/');
        assert.equal(page.status, 200, page.text);
        return this.submit(page, {username, password});
    }

    // The change form of the event type of this name.
    async changeForm(name) {
        const list = await this.open(`/admin/events/eventtype/?q=${encodeURIComponent(name)}`);
        assert.equal(list.status, 200, list.text);
        const links = [...list.text.matchAll(/href="([^"]*\/admin\/events\/eventtype\/\d+\/change\/?[^"]*)"/g)];
        const targets = new Set(links.map(([, link]) => unescapeHtml(link)));
        assert.equal(targets.size, 1, `one event type is called ${name}: ${list.text}`);
        return this.open([...targets][0]);
    }

    async setExample(name, example) {
        const page = await this.changeForm(name);
        const answer = await this.submit(page, {example}, {follow: false});
        assert.equal(answer.status, 303, answer.text);
        return this.open(answer.headers.location);
    }
}
