// The examples of api/openapi.yaml: what they lack, the requests that they make, and what are pages.
import {contentFault, contract, isLines, resolve} from './contract.mjs';

// The examples of a parameter or of content, as [name, value].
function examplesOf(holder) {
    if ('example' in holder) return [['the example', holder.example]];
    return Object.entries(holder.examples ?? {}).map(([name, one]) => [name, resolve(one).value]);
}

export const parametersOf = ({path, operation}) =>
    [...(contract.paths[path].parameters ?? []), ...(operation.parameters ?? [])].map(resolve);

const isSuccess = ([status]) => /^[23]/.test(status) && status !== '304';
export const successes = ({operation}) => Object.entries(operation.responses).filter(isSuccess).map(([status, one]) => [Number(status), resolve(one)]);

// Whether an operation is for browsers: all that it gives are pages and redirects.
export const isPage = (one) => successes(one).every(([status, {content}]) =>
    status === 303 || (content && Object.keys(content).every((type) => type === 'text/html')));

// Content that an example must show: not pages, and not files of bytes.
const isShown = ([type, {schema}]) => type !== 'text/html' && resolve(schema).format !== 'binary';

// A value as a body of that type; texts are bodies already.
export function encode(type, value) {
    if (typeof value === 'string') return {type, body: value};
    if (type === 'application/json') return {type, body: JSON.stringify(value)};
    if (isLines(type)) return {type, body: [value].flat().map((one) => `${JSON.stringify(one)}\n`).join('')};
    if (type === 'application/x-www-form-urlencoded') return {type, body: new URLSearchParams(value).toString()};
    if (type !== 'multipart/form-data') throw new Error(`no encoding for ${type}`);
    const parts = Object.entries(value).map(([name, text]) =>
        `--part\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`);
    return {type: `${type}; boundary=part`, body: `${parts.join('')}--part--\r\n`};
}

// An operation's body examples as {name, type, value}; a type without its own shares the first one's.
function bodiesOf({operation}) {
    const contents = Object.entries(resolve(operation.requestBody)?.content ?? {});
    const shared = contents.map(([, content]) => examplesOf(content)).find((examples) => examples.length) ?? [];
    return contents.flatMap(([type, content]) => {
        const own = examplesOf(content);
        return (own.length ? own : shared).map(([name, value]) => ({name: `${name} as ${type}`, type, value}));
    });
}

// Every request of an operation, as {name, parameters: {name: value}, body: {type, value}}: one for each example
// of the body, with the parameters that are required; and one for each example of a parameter that may be left out.
export function requestsOf(one) {
    const given = parametersOf(one).map((parameter) => ({...parameter, values: examplesOf(parameter).map(([, value]) => value)}));
    const required = Object.fromEntries(given.filter((parameter) => parameter.required).map(({name, values}) => [name, values[0]]));
    const bodies = bodiesOf(one);
    const varied = given.flatMap((parameter) => (parameter.required ? parameter.values.slice(1) : parameter.values)
        .map((value) => ({name: `with ${parameter.name}=${value}`, parameters: {...required, [parameter.name]: value}, body: bodies[0]})));
    const plain = bodies.length ? bodies : [undefined];
    return [...plain.map((body) => ({name: body?.name ?? 'plain', parameters: required, body})), ...varied];
}

// What an operation's description lacks of examples, and where they do not fit their schemas: a sentence for each.
export function exampleFaults(one) {
    const faults = [];
    const check = (what, needed, examples, type, schema) => {
        if (needed && !examples.length) faults.push(`${what} has no example`);
        for (const [name, value] of examples) {
            const fault = contentFault(type, value, schema);
            if (fault) faults.push(`${what}: ${name}: ${fault}`);
        }
    };
    for (const parameter of parametersOf(one)) {
        if (!parameter.description) faults.push(`the parameter ${parameter.name} has no description`);
        check(`the parameter ${parameter.name}`, parameter.required, examplesOf(parameter), '', parameter.schema);
    }
    for (const [type, {schema}] of Object.entries(resolve(one.operation.requestBody)?.content ?? {})) {
        const examples = bodiesOf(one).filter((body) => body.type === type).map(({name, value}) => [name, value]);
        check(`the body as ${type}`, true, examples, type, schema);
    }
    for (const [status, described] of Object.entries(one.operation.responses)) {
        for (const [type, content] of Object.entries(resolve(described).content ?? {}).filter(isShown)) {
            check(`the answer ${status} as ${type}`, true, examplesOf(content), type, content.schema);
        }
    }
    return faults;
}

// Where a request goes: {target, headers}.
export function addressOf(one, values) {
    let target = one.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const {name, in: place} of parametersOf(one)) {
        if (values[name] === undefined) continue;
        if (place === 'path') target = target.replace(`{${name}}`, encodeURIComponent(values[name]));
        if (place === 'query') query.set(name, values[name]);
        if (place === 'header') headers[name.toLowerCase()] = values[name];
    }
    return {target: query.size ? `${target}?${query}` : target, headers};
}
