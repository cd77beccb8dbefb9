// What an answer looks like: its line, its headers, its JSON with links.
import {addressOf} from './contract.js';
import {element} from './dom.js';
import {member, textOf} from './json.js';

const shownHeaders = [
    'Allow', 'Content-Type', 'ETag', 'Link', 'Location', 'Retry-After', 'WWW-Authenticate',
    'X-Eyed-Stale', 'X-Request-Id'
];
const mostValues = 20_000;  // what a browser still shows without delay

// Where a scalar leads: by what its schema says, else as the address that it is. A path is one
// where the schema says so.
function hrefOf(scalar, schemas, contract) {
    if (scalar.raw === 'null') return undefined;
    const text = textOf(scalar) ?? scalar.raw;
    const template = schemas.find((one) => one['x-eyed-link'])?.['x-eyed-link'];
    if (template) return template.replace('{value}', encodeURIComponent(text));
    const paths = schemas.some((one) => one.format === 'uri-reference');
    return scalar.raw.startsWith('"') ? addressOf(text, contract, {paths}) : undefined;
}

function kindOf(raw) {
    if (raw.startsWith('"')) return 'string';
    return /^[-\d]/.test(raw) ? 'number' : 'word';
}

// Appends a value to `out`, an element that keeps spaces and line breaks.
function append(value, schemas, {out, contract, indent, left}) {
    if (left.values-- <= 0) {
        out.append('…');
        return;
    }
    if (value.kind === 'scalar') {
        const href = hrefOf(value, schemas, contract);
        const attributes = href ? {href} : {class: kindOf(value.raw)};
        out.append(element(href ? 'a' : 'span', attributes, value.raw));
        return;
    }
    const isObject = value.kind === 'object';
    const parts = isObject ? value.members : value.items;
    out.append(isObject ? '{' : '[');
    for (const [i, part] of parts.entries()) {
        if (left.values <= 0) break;
        out.append(`${i ? ',' : ''}\n${indent}  `);
        if (isObject) out.append(element('span', {class: 'key'}, part.key), ': ');
        const inner =
            isObject ? contract.memberSchemas(schemas, part.name) : contract.itemSchemas(schemas);
        append(isObject ? part.value : part, inner, {out, contract, indent: `${indent}  `, left});
    }
    if (parts.length) out.append(`\n${indent}`);
    out.append(isObject ? '}' : ']');
}

// `schema`: the contract's, of the whole value. A very large value is shown in part, and says so.
export function jsonView(value, schema, contract) {
    const out = element('pre', {class: 'json', tabindex: '0', 'aria-label': 'JSON'});
    const left = {values: mostValues};
    append(value, schema ? contract.marked(schema) : [], {out, contract, indent: '', left});
    if (left.values > 0) return [out];
    return [
        element('p', {class: 'note'},
            `The answer has more than ${mostValues} values: this is its beginning.`),
        out
    ];
}

export function requestLine({method, path}) {
    return element('p', {class: 'request'}, element('strong', {}, method), ` ${path}`);
}

export function statusLine(answer) {
    const kind = answer.status < 300 ? 'good' : 'bad';
    const headers =
        shownHeaders.filter((name) => answer.headers.has(name))
            .map((name) => [element('dt', {}, name), element('dd', {}, answer.headers.get(name))]);
    return [
        element('p', {class: `code ${kind}`}, `HTTP ${answer.status} ${answer.reason}`),
        element('dl', {class: 'headers'}, headers),
    ];
}

// The way to the pages beside this one, by both forms that lists have, and by Link: [{label, href}]
export function pages(answer) {
    const [next, previous] = ['next', 'previous'].map((name) => textOf(member(answer.value, name)));
    const here = new URL(location.href);
    const hrefOfPage = (text) => {
        if (!text) return undefined;
        if (/^(https?:\/\/|\/)/.test(text)) {
            const url = new URL(text, location.origin);
            return url.origin === location.origin ? url.href : undefined;
        }
        const url = new URL(here);
        url.searchParams.set('cursor', text);
        return url.href;
    };
    const linked = /<([^>]*)>;\s*rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1];
    const first = new URL(here);
    first.searchParams.delete('cursor');
    return [
        {label: 'First page', href: here.searchParams.has('cursor') ? first.href : undefined},
        {label: 'Previous page', href: hrefOfPage(previous)},
        {label: 'Next page', href: hrefOfPage(next ?? linked)},
    ].filter(({href}) => href);
}
