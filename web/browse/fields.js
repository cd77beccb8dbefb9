// From the contract's schemas to the fields of a form. A field's content is a plain text here,
// whatever its control: lists are one element a line, JSON is JSON.
import {element, inline} from './dom.js';
import {compact, textOf, written} from './json.js';

const longText = 300;  // characters from which a text gets a box of several lines
export const mostInField = 50_000;  // characters that a browser still edits without delay

const isNullType = (schema) => schema.type === 'null';

// The values that a schema leaves to choose from; undefined: it is not a choice.
function choicesOf(schema, contract) {
    const all = contract.alternatives(schema).filter((one) => !isNullType(one));
    if (!all.length || !all.every((one) => one.enum || 'const' in one)) return undefined;
    return all.flatMap((one) => one.enum ?? [one.const]).filter((value) => value !== null);
}

function kindOf(schema, types, contract) {
    if (choicesOf(schema, contract)) return 'choice';
    if (types.length !== 1) return 'json';
    const [type] = types;
    if (type === 'boolean') return 'flag';
    if (type === 'integer' || type === 'number') return 'number';
    if (type === 'array') {
        const items = contract.resolve(schema.items ?? {});
        if (choicesOf(items, contract)) return 'choices';
        return ['string', 'integer', 'number'].includes(items.type) ? 'lines' : 'json';
    }
    if (type !== 'string') return 'json';
    const byFormat = {'date-time': 'instant', password: 'secret'}[schema.format];
    return byFormat ?? (schema.maxLength > longText ? 'long' : 'text');
}

// What a form must know of one value. `given`: {name, schema, required, example, description}.
export function fieldOf(given, contract) {
    const whole = contract.resolve(given.schema);
    const alternatives = contract.alternatives(whole);
    const others = alternatives.filter((one) => !isNullType(one));
    const schema = others.length === 1 ? {...whole, ...others[0]} : whole;
    const types = [schema.type ?? []].flat();
    const field = {
        ...given,
        schema,
        nullable: types.includes('null') || others.length < alternatives.length,
        types: types.filter((type) => type !== 'null'),
        description: given.description ?? whole.description,
    };
    field.kind = kindOf(schema, field.types, contract);
    field.choices =
        choicesOf(field.kind === 'choices' ? contract.resolve(schema.items) : schema, contract);
    return field;
}

// The fields of a body, or undefined when it is no object whose members are known.
export function bodyFields(schema, example, contract) {
    const one =
        contract.alternatives(schema).find(({type, properties}) => type === 'object' && properties);
    if (!one) return undefined;
    const required = one.required ?? [];
    return Object.entries(one.properties)
        .filter(([, inner]) => !contract.resolve(inner).readOnly)
        .map(([name, inner]) => ({
            name, schema: inner, required: required.includes(name), example: example?.[name],
        }))
        .map((given) => fieldOf(given, contract));
}

// A member of an answer as a field's text.
export function textFromJson(field, value) {
    if (value === undefined || value.raw === 'null') return '';
    if (value.kind === 'array' && ['lines', 'choices'].includes(field.kind)) {
        return value.items.map((item) => textOf(item) ?? compact(item)).join('\n');
    }
    return field.kind === 'json' ? written(value) : textOf(value) ?? compact(value);
}

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
function numberToJson(text) {
    if (jsonNumber.test(text)) return text;
    return JSON.stringify(Number.isNaN(Number(text)) ? text : Number(text));
}

// A field's text as JSON.
export function jsonFromText(field, text) {
    const isNumber = (types) => types.some((type) => type === 'integer' || type === 'number');
    if (field.kind === 'json') return text;
    if (field.kind === 'flag') return text;
    if (field.kind === 'lines' || field.kind === 'choices') {
        const numbers = isNumber([field.schema.items?.type ?? []].flat());
        const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
        return `[${
            lines.map((line) => (numbers ? numberToJson(line) : JSON.stringify(line))).join(',')}]`;
    }
    return isNumber(field.types) ? numberToJson(text) : JSON.stringify(text);
}

// What stands for a field that was emptied: null where that may be, else an empty text or list;
// undefined: nothing does.
export function emptyJson(field) {
    if (field.nullable) return 'null';
    return {text: '""', long: '""', lines: '[]', choices: '[]'}[field.kind];
}

// What the browser cannot see for itself; '': nothing is wrong.
export function faultOf(field, text) {
    const {schema, kind} = field;
    if (text === '') return '';
    if (kind === 'json') {
        try {
            JSON.parse(text);
        } catch (error) {
            return `This is not JSON: ${error.message}`;
        }
    }
    if (!['text', 'long', 'secret'].includes(kind)) return '';
    const characters = [...text].length;
    if (characters > schema.maxLength)
        return `${characters} characters are more than ${schema.maxLength}.`;
    if (characters < schema.minLength)
        return `${characters} characters are less than ${schema.minLength}.`;
    if (schema.pattern && !new RegExp(schema.pattern, 'u').test(text))
        return schema['x-eyed-mismatch'] ?? 'This does not have the form that is wanted.';
    return '';
}

function exampleText(field) {
    const example = field.example ?? field.schema.example;
    if (example === undefined || example === null) return undefined;
    if (Array.isArray(example) && field.kind !== 'json') return example.join('\n');
    return typeof example === 'object' ? JSON.stringify(example) : String(example);
}

// A time's field shows neither its offset nor all of its digits: the whole stands beside it.
function helpOf(field, text) {
    const now = field.kind === 'instant' && text && `Now ${text}.`;
    const notes = [now, field.description, field.kind === 'lines' && 'One a line.'];
    const {default: otherwise} = field.schema;
    if (otherwise !== undefined && typeof otherwise !== 'object')
        notes.push(`Otherwise ${JSON.stringify(otherwise)}.`);
    return notes.filter(Boolean).join(' ').trim();
}

function select(attributes, field, text) {
    const values = field.kind === 'flag' ? ['true', 'false'] : field.choices.map(String);
    const known = text === '' || values.includes(text) ? values : [...values, text];
    const options =
        known.map((value) => element('option', {value, selected: value === text}, value));
    return element('select', attributes, element('option', {value: ''}, '—'), options);
}

const clock = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(:\d\d(\.\d{1,3})?)?)/;

// A time by the clock that it was given by, without its offset: what has none is by the clock that
// the server takes for it, which is the one that it answers by.
function instant(attributes, text) {
    const [, day, time] = clock.exec(text) ?? [];
    if (text && !day) return element('input', {...attributes, value: text});
    return element('input',
        {...attributes, type: 'datetime-local', step: 'any', value: text && `${day}T${time}`});
}

// A text for which a list has suggestions, which are asked for once somebody wants to fill it in.
function suggested(attributes, field, text, choices) {
    const list = element('datalist', {id: `${attributes.id}-choices`});
    const fill = async () => {
        const found = await choices(field.schema['x-eyed-choose']);
        list.replaceChildren(...found.map(({value, label}) => element('option', {value, label})));
    };
    const box = element('input',
        {...attributes, type: 'text', value: text, list: list.id, placeholder: exampleText(field)});
    box.addEventListener('focus', fill, {once: true});
    return [box, list];
}

function input(attributes, field, text) {
    const placeholder = exampleText(field);
    const {minimum: min, maximum: max, format} = field.schema;
    const typed = (type, more = {}) =>
        element('input', {...attributes, type, placeholder, value: text, ...more});
    switch (field.kind) {
        case 'choice':
        case 'flag':
            return select(attributes, field, text);
        case 'instant':
            return instant(attributes, text);
        case 'number':
            return typed('number', {min, max, step: field.types.includes('integer') ? 1 : 'any'});
        case 'secret':
            return typed('password', {autocomplete: 'new-password', placeholder: undefined});
        case 'text':
            return typed(format === 'uri' ? 'url' : 'text');
        case 'json':
            return element('textarea', {...attributes, rows: 6, placeholder, class: 'mono'}, text);
        default:
            return element('textarea', {...attributes, rows: 3, placeholder}, text);
    }
}

function inputsOf(attributes, field, text, choices) {
    if (field.schema['x-eyed-choose']) return suggested(attributes, field, text, choices);
    return [input(attributes, field, text)];
}

function boxes(field, id, text) {
    const chosen = text.split('\n');
    const box = (value) =>
        element('input', {type: 'checkbox', name: id, value, checked: chosen.includes(value)});
    return field.choices.map((value) => element('label', {class: 'box'}, box(value), ` ${value}`));
}

// A field on the page: {field, element, read, changed, tell(messages), focus}. `text` is what
// stands in it at first, undefined: nothing does; `mayEmpty`: whether that can be taken away;
// `choices(path)` gives the things of a list as [{value, label}].
export function control(field, {prefix, text: given, mayEmpty = true, choices}) {
    const text = given ?? '';
    const id = `${prefix}-${field.name}`;
    const help = helpOf(field, text);
    const told = [help && `${id}-help`, `${id}-error`].filter(Boolean).join(' ');
    const attributes = {
        id,
        name: field.name,
        required: field.required,
        spellcheck: 'false',
        autocomplete: 'off',
        'aria-describedby': told
    };
    const group = field.kind === 'choices';
    const inputs = group ? boxes(field, id, text) : inputsOf(attributes, field, text, choices);
    const mark = field.required && element('span', {class: 'required', title: 'required'}, ' *');
    const error = element('p', {class: 'error', id: `${id}-error`});
    const whole = element(group ? 'fieldset' : 'div',
        {class: 'field', 'aria-describedby': group && told},
        element(group ? 'legend' : 'label', {for: !group && id}, field.name, mark),
        inputs, error, help && element('p', {class: 'help', id: `${id}-help`}, inline(help)));

    const [first] = group ? whole.querySelectorAll('input') : inputs;
    const read = () => {
        if (group)
            return [...whole.querySelectorAll('input:checked')].map((box) => box.value).join('\n');
        if (first.type === 'datetime-local' && first.value.length === 16)
            return `${first.value}:00`;
        return first.value;
    };
    const check = () => {
        const lacks = group && field.required && read() === '' ? 'Choose one at least.' : '';
        const gone = !mayEmpty && before !== '' && read() === '';
        const stays = gone ? 'This can be changed, but not taken away.' : '';
        first.setCustomValidity(lacks || stays || faultOf(field, read()));
    };
    const before = read();
    whole.addEventListener('input', check);
    check();
    return {
        field,
        element: whole,
        read,
        text: given,
        changed: () => read() !== before,
        focus: () => first.focus(),
        tell(messages) {
            error.textContent = messages.join(' ');
            for (const one of whole.querySelectorAll('input, select, textarea')) {
                if (messages.length)
                    one.setAttribute('aria-invalid', 'true');
                else
                    one.removeAttribute('aria-invalid');
            }
        },
    };
}

// In the place of a control for a text that is too long for one: it stays as it is.
export function leftOut(field, {prefix, text}) {
    const id = `${prefix}-${field.name}`;
    const error = element('p', {class: 'error'});
    const whole = element('div',
        {class: 'field', role: 'group', tabindex: '-1', 'aria-labelledby': id},
        element('strong', {id}, field.name), error,
        element('p', {class: 'help'}, `${text.length} characters are too many for a field. `,
            'This form leaves them as they are; Raw data can change them.'));
    return {
        field,
        element: whole,
        read: () => text,
        text,
        changed: () => false,
        focus: () => whole.focus(),
        tell(messages) {
            error.textContent = messages.join(' ');
        },
    };
}
