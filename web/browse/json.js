// JSON as it was sent. JSON.parse would change it: 18446744073709551615 has no equal among
// JavaScript's numbers. A value is one of
//   {kind: 'scalar', raw}             raw: its text, quotes of strings included
//   {kind: 'object', members: [{key, name, value}]}    key: raw, name: what it says
//   {kind: 'array', items}

const token = /\s*(?:("[^"\\]*(?:\\.[^"\\]*)*")|([{}[\],:])|([^\s"{}[\],:]+))/y;

// Throws a SyntaxError as JSON.parse does.
export function parseJson(text) {
    JSON.parse(text);
    token.lastIndex = 0;
    const next = () => token.exec(text)[0].trimStart();
    const read = (first = next()) => {
        if (first === '{') return {kind: 'object', members: readMembers()};
        if (first === '[') return {kind: 'array', items: readItems()};
        return {kind: 'scalar', raw: first};
    };
    const readMembers = () => {
        const members = [];
        for (let key = next(); key !== '}'; key = next()) {
            if (key === ',') continue;
            next();  // the colon
            members.push({key, name: JSON.parse(key), value: read()});
        }
        return members;
    };
    const readItems = () => {
        const items = [];
        for (let first = next(); first !== ']'; first = next())
            if (first !== ',') items.push(read(first));
        return items;
    };
    return read();
}

// The value of an object's member; undefined: it has none of that name, or is no object.
export function member(value, name) {
    if (value?.kind !== 'object') return undefined;
    return value.members.findLast((one) => one.name === name)?.value;
}

// What a string says; undefined for all else.
export function textOf(value) {
    const isText = value?.kind === 'scalar' && value.raw.startsWith('"');
    return isText ? JSON.parse(value.raw) : undefined;
}

// Indented by two spaces a level.
export function print(value, indent = '') {
    if (value.kind === 'scalar') return value.raw;
    const [open, close] = value.kind === 'object' ? '{}' : '[]';
    const inner = `${indent}  `;
    const parts = value.kind === 'object'
        ? value.members.map((one) => `${one.key}: ${print(one.value, inner)}`)
        : value.items.map((item) => print(item, inner));
    if (!parts.length) return open + close;
    return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

// In one line.
export function compact(value) {
    if (value.kind === 'scalar') return value.raw;
    if (value.kind === 'array') return `[${value.items.map(compact).join(',')}]`;
    return `{${value.members.map((one) => `${one.key}:${compact(one.value)}`).join(',')}}`;
}

const mostIndented = 50_000;  // characters that a text area takes in many lines without delay

// For a text area: indented, unless that would be too long for it.
export function written(value) {
    const indented = print(value);
    return indented.length > mostIndented ? compact(value) : indented;
}
