// Forms of an operation: one field for each parameter and each member of its body, and the body as
// raw text.
import {faultsOf} from './api.js';
import {button, description, element, replace} from './dom.js';
import {
    bodyFields, control, emptyJson, fieldOf, jsonFromText, leftOut, mostInField, textFromJson
} from './fields.js';
import {compact, member, written} from './json.js';

// Panels of which one is shown. Left and right go from tab to tab (ARIA's pattern for tabs).
function tabs(prefix, panels) {
    const tab = (i) => `${prefix}-tab-${i}`;
    const panel = (i) => `${prefix}-panel-${i}`;
    const step = (i, key) => {
        const by = {ArrowRight: 1, ArrowLeft: -1}[key];
        if (by) choose((i + by + panels.length) % panels.length).focus();
    };
    const buttons = panels.map(({label}, i) => button(label, () => choose(i),
        {role: 'tab', id: tab(i), 'aria-controls': panel(i), onkeydown: ({key}) => step(i, key)}));
    const bodies = panels.map(({content}, i) => element('div',
        {role: 'tabpanel', id: panel(i), 'aria-labelledby': tab(i)}, content));
    const choose = (chosen) => {
        for (const [i, one] of buttons.entries()) {
            one.setAttribute('aria-selected', String(i === chosen));
            one.tabIndex = i === chosen ? 0 : -1;
            bodies[i].hidden = i !== chosen;
        }
        return buttons[chosen];
    };
    choose(0);
    const label = 'How to write the body';
    return [element('div', {role: 'tablist', class: 'tabs', 'aria-label': label}, buttons), bodies];
}

// Of query or header parameters. `texts`: what they say for now.
function parameterControls(parameters, {contract, prefix, choices, texts}) {
    const textOf = ({name}) => texts?.get(name);
    return parameters.map((one) =>
        control(fieldOf(one, contract), {prefix, choices, text: textOf(one)}));
}

function listFaults(box, faults) {
    const lines = faults.map(
        ({field, message}) => element('li', {}, field ? `${field}: ${message}` : message));
    replace(box, lines.length && element('ul', {}, lines));
}

// Puts faults beside their fields, the others into `box`, and the focus on the first one.
function showFaults(faults, controls, box) {
    const elsewhere = faults.filter(({field}) => !controls.some((one) => one.field.name === field));
    for (const one of controls)
        one.tell(faults.filter(({field}) => field === one.field.name).map(({message}) => message));
    listFaults(box, elsewhere);
    const first = controls.find((one) => faults.some(({field}) => field === one.field.name));
    if (faults.length) (first ?? box).focus();
}

// Whether a field says for which state of a thing a change is made: it goes with every change.
const isAlwaysSent = (field) => field.schema['x-eyed-send'] === 'always';

// What a field adds to the body, as JSON; undefined: nothing. What was not touched goes as it came.
function jsonOf(one, method, before) {
    if (!one.changed()) {
        const isSent = method !== 'PATCH' || isAlwaysSent(one.field);
        return isSent && before ? compact(before) : undefined;
    }
    const text = one.read();
    if (text !== '') return jsonFromText(one.field, text);
    return method === 'POST' ? undefined : emptyJson(one.field);
}

// The body that the fields make: POST has what was filled in, PATCH what was changed, PUT all.
function bodyOf(controls, method, current) {
    const members = controls
        .map((one) => [one.field.name, jsonOf(one, method, member(current, one.field.name))])
        .filter(([, json]) => json !== undefined)
        .map(([name, json]) => `${JSON.stringify(name)}:${json}`);
    return `{${members.join(',')}}`;
}

// The address with what the controls say. One that nobody touched says what it was given, which a
// control may not be able to show whole.
function withQuery(path, controls) {
    const query = new URLSearchParams(
        controls.map((one) => [one.field.name, one.changed() ? one.read() || undefined : one.text])
            .filter(([, text]) => text !== undefined));
    return query.toString() ? `${path}?${query}` : path;
}

const ownHeader = 'If-Match';  // the page sends it by itself
const jsonType = 'application/json';

function rawExample(body, fields, current) {
    if (current?.kind === 'object' && fields) {
        const members =
            current.members.filter(({name}) => fields.some((field) => field.name === name));
        return written({kind: 'object', members});
    }
    if (body.example === undefined) return '';
    return body.type === jsonType ? JSON.stringify(body.example, null, 2) : String(body.example);
}

// One operation that changes something, as a section with its forms.
class OperationForms {
    // `path`: where it is sent; `current`: what that holds now (json.js); `act(request)`: sends,
    // shows the answer, and gives it; `choices(path)`: the things of a list as [{value, label}].
    constructor({contract, route, method, operation, path, current, act, choices}) {
        Object.assign(this, {contract, route, method, operation, path, act, choices});
        this.prefix = method.toLowerCase();
        this.current = method === 'POST' ? undefined : current;
        this.bodies = contract.bodies(operation).filter(({type}) => type !== 'multipart/form-data');
        this.main = this.bodies.find(({type}) => type === jsonType) ?? this.bodies[0];
        this.fields = this.main?.type === jsonType
            ? bodyFields(this.main.schema, this.main.example, contract) : undefined;
    }

    section() {
        const {prefix, method, operation} = this;
        return element('section', {class: 'card', 'aria-labelledby': `${prefix}-heading`},
            element('h2', {id: `${prefix}-heading`}, element('span', {class: 'method'}, method),
                ` ${operation.summary}`),
            description(operation.description), this.forms());
    }

    forms() {
        if (!this.main) return this.fieldForm();
        if (!this.fields) return this.rawForm();
        return tabs(this.prefix, [
            {label: 'Form', content: this.fieldForm()},
            {label: 'Raw data', content: this.rawForm()},
        ]);
    }

    fieldForm() {
        const inputs = (this.fields ?? []).map((field) => this.input(field));
        const body = () =>
            (this.fields ? {type: jsonType, text: bodyOf(inputs, this.method, this.current)} : {});
        return this.form('form', inputs.map((one) => one.element), inputs, body);
    }

    input(field) {
        const prefix = `${this.prefix}-field`;
        const text = textFromJson(field, member(this.current, field.name));
        if (text.length > mostInField) return leftOut(field, {prefix, text});
        const mayEmpty = this.method !== 'PATCH' || emptyJson(field) !== undefined;
        return control(field, {prefix, text, mayEmpty, choices: this.choices});
    }

    rawForm() {
        const prefix = `${this.prefix}-raw`;
        const type = element('select', {id: `${prefix}-type`},
            this.bodies.map((body) => element('option', {}, body.type)));
        const text = element('textarea', {id: prefix, rows: 10, class: 'mono', spellcheck: 'false'},
            rawExample(this.main, this.fields, this.current));
        const labelled = (name, box) =>
            element('div', {class: 'field'}, element('label', {for: box.id}, name), box);
        const fields = [labelled('Media type', type), labelled('Content', text)];
        const file = element('input', {id: `${prefix}-file`, type: 'file',
            onchange: () => { text.disabled = file.files.length > 0; }});
        // What is no JSON is a file that somebody has.
        if (this.main.type !== jsonType) fields.push(labelled('A file instead', file));
        return this.form('raw data', fields, [],
            () => ({type: type.value, text: file.files[0] ?? text.value}));
    }

    // `name`: of the form; `elements`: for its body, which `body()` gives as {type, text};
    // `inputs`: their controls.
    form(name, elements, inputs, body) {
        const {contract, route, operation, method, choices} = this;
        const controls = (place) => parameterControls(
            contract.parameters(route, operation, place).filter((one) => one.name !== ownHeader),
            {contract, choices, prefix: `${this.prefix}-${name.split(' ')[0]}-${place}`});
        const queries = controls('query');
        const headers = controls('header');
        const all = [...inputs, ...queries, ...headers];
        const box = element('div', {class: 'faults error', role: 'alert', tabindex: '-1'});
        const submit = async (event) => {
            event.preventDefault();
            const {type, text} = body();
            const filled =
                headers.map((one) => [one.field.name, one.read()]).filter(([, value]) => value);
            const answer = await this.act({
                method,
                path: withQuery(this.path, queries),
                body: text,
                versioned: this.fields?.some(isAlwaysSent),
                headers: Object.fromEntries(type ? [...filled, ['Content-Type', type]] : filled),
            });
            showFaults(answer.good ? [] : faultsOf(answer), all, box);
        };
        return element('form', {onsubmit: submit, 'aria-label': `${method} ${name}`}, box,
            all.some(({field}) => field.required) &&
                element('p', {class: 'help'}, 'Fields marked * are required.'),
            elements, [...queries, ...headers].map((one) => one.element),
            element('button', {class: 'primary'}, method));
    }
}

// The section of an operation: see OperationForms.
export function operationSection(given) {
    return new OperationForms(given).section();
}

// The filters of a list, as a form that opens the same address with another query. What the address
// has beside them has fields, too: parameters that the contract names by a pattern, such as
// data.<path>, or not at all, and whatever stands there again.
export function filterForm({contract, route, operation, choices}) {
    const given = [...new URLSearchParams(location.search)];
    const paging = ['cursor', 'page'];
    const named = contract.parameters(route, operation, 'query')
        .filter(({name}) => !name.includes('<') && !paging.includes(name));
    const texts = new Map(given.toReversed());  // of a name's texts the first one
    const isFirst = ([name], i) =>
        named.some((one) => one.name === name) && given.findIndex(([one]) => one === name) === i;
    const others = given.filter((pair, i) => !paging.includes(pair[0]) && !isFirst(pair, i));
    if (!named.length && !others.length) return undefined;
    const other = ([name, text], i) =>
        control(fieldOf({name, schema: {type: 'string'}}, contract), {prefix: `filter-${i}`, text});
    const controls = [
        ...parameterControls(named, {contract, choices, prefix: 'filter', texts}),
        ...others.map(other),
    ];
    const box = element('div', {class: 'faults error', role: 'alert', tabindex: '-1'});
    const apply = (event) => {
        event.preventDefault();
        location.assign(withQuery(location.pathname, controls));
    };
    const form = element('form', {'aria-label': 'Filters', onsubmit: apply},
        box, element('div', {class: 'grid'}, controls.map((one) => one.element)),
        element('button', {class: 'primary'}, 'Apply'), ' ',
        element('a', {href: location.pathname}, 'Clear'));
    const shown = element('details', {class: 'card', open: controls.some((one) => one.text)},
        element('summary', {}, 'Filters'), form);
    return {
        element: shown,
        tell(faults) {
            if (faults.length) shown.open = true;
            showFaults(faults, controls, box);
        },
    };
}
