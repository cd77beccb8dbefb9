// Calls of this page, and what their answers say in words.
import {member, parseJson, print, textOf} from './json.js';

export const isJson = (type) => /^application\/(.*\+)?json$/.test(type);

// An answer as the page uses it. `value`: its JSON (json.js); `text`: what else it says; `file`: a
// blob; `lost`: why there is none.
export class Answer {
    constructor(request, members) {
        this.request = request;
        this.status = 0;
        this.reason = '';
        this.headers = new Headers();
        Object.assign(this, members);
    }

    get good() {
        return this.status >= 200 && this.status < 300;
    }

    get etag() {
        return this.headers.get('ETag');
    }
}

async function contentOf(answer, raw) {
    const type = (answer.headers.get('Content-Type') ?? '').split(';')[0];
    if (!isJson(type)) {
        return answer.ok && type ? {file: await answer.blob()} : {text: await answer.text()};
    }
    const text = await answer.text();
    if (text === '' || (raw && answer.ok)) return {text};
    try {
        return {value: parseJson(text)};
    } catch {
        return {text};
    }
}

// request: {method, path, headers, body, accept, raw}, `raw`: good JSON is wanted as its text;
// `credentials`: headers that say who asks. Never throws.
export async function ask(request, credentials) {
    const {method, path, headers = {}, body, accept = 'application/json', raw} = request;
    try {
        const answer = await fetch(path, {
            method,
            body,
            cache: 'no-store',
            credentials: 'same-origin',
            headers: {Accept: accept, ...credentials, ...headers},
        });
        return new Answer(request, {
            status: answer.status,
            reason: answer.statusText,
            headers: answer.headers,
            ...await contentOf(answer, raw),
        });
    } catch (error) {
        return new Answer(request, {lost: `The server did not answer: ${error.message}.`});
    }
}

// Whether the CSRF token is of a session that is over, since another tab has signed in.
const isOutdated = (answer) => answer.status === 403 &&
    faultsOf(answer).some(({message}) => message.startsWith('CSRF Failed'));

// Asks as the session, and once more when another tab has renewed that.
export async function send(request, session) {
    const answer = await ask(request, session.headers);
    if (!isOutdated(answer) || !await session.renew()) return answer;
    return ask(request, session.headers);
}

// Whether a change came after somebody else's: by its ETag, or by the version in its body.
export const isTooLate = ({status, request}) =>
    status === 412 || (status === 409 && Boolean(request.versioned));

const firstStep = (pointer) =>
    pointer.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~') ?? '';

const problemFault = ({field, pointer = '', message}) => ({
    field: field || firstStep(pointer),
    message: pointer ? `${pointer}: ${message}` : message,
});

// The sentences about a field; those about its parts say where: `1.qty: This field is required.`
function messagesIn(value, way = '') {
    if (value === null || typeof value !== 'object')
        return [way ? `${way}: ${value}` : String(value)];
    return Object.entries(value).flatMap(([name, inner]) => {
        const isPart = !Array.isArray(value) || typeof inner === 'object';
        const further = isPart && name !== 'non_field_errors' ? [name] : [];
        return messagesIn(inner, [way, ...further].filter(Boolean).join('.'));
    });
}

// What an answer finds wrong, from the bodies that the API's errors have (problem documents, Django
// REST framework's, FastAPI's): [{field, message}], `field` being '' for the request as a whole.
export function faultsOf(answer) {
    if (answer.lost) return [{field: '', message: answer.lost}];
    const body = answer.value && JSON.parse(print(answer.value));
    if (body === null || typeof body !== 'object' || Array.isArray(body)) return [];
    if (Array.isArray(body.errors)) return body.errors.map(problemFault);
    if (Array.isArray(body.detail))
        return body.detail.map(
            ({loc = [], msg}) => ({field: String(loc.at(-1) ?? ''), message: String(msg)}));
    if (typeof body.detail === 'string') return [{field: '', message: body.detail}];
    const whole = ['non_field_errors', 'error'];
    return Object.entries(body).flatMap(([field, messages]) => messagesIn(messages).map(
        (message) => ({field: whole.includes(field) ? '' : field, message})));
}

// What a person should know of an answer beside its body; '': nothing.
export function noteOf(answer) {
    const wait = answer.headers.get('Retry-After');
    const later = wait ? ` Try again in ${wait} s.` : ' Try again later.';
    if (answer.lost) return answer.lost;
    if (answer.status === 401) return 'This is not for everybody: sign in.';
    if (isOutdated(answer)) return 'Another tab has signed in as somebody else. Nothing was done.';
    if (isTooLate(answer))
        return 'Somebody else has changed it since it was read here. Nothing was done.';
    if (answer.status === 429) return `Too many tries.${later}`;
    if (answer.status === 503) return `The server cannot do this at the moment.${later}`;
    if (answer.headers.get('X-Eyed-Stale') === 'true')
        return 'What was accepted last may be missing here yet.';
    return '';
}

// What a thing is called, for sentences about it.
export function nameOf(value) {
    for (const name of ['name', 'title', 'id']) {
        const found = member(value, name);
        if (found) return textOf(found) ?? found.raw;
    }
    return '';
}

// Hands a file to the person. `name` is what the answer calls it.
export function save(answer) {
    const disposition = answer.headers.get('Content-Disposition') ?? '';
    const name = /filename="?([^";]*)"?/.exec(disposition)?.[1] ?? 'download';
    const url = URL.createObjectURL(answer.file);
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
