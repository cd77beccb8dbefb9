// Elements without markup: every text becomes a text node, whatever it holds.

// element('a', {href: '/x', onclick: f, hidden: false}, 'text', child): false, null and undefined
// leave an attribute or child out, true gives an attribute without a value.
export function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (value === false || value === null || value === undefined) continue;
        if (name.startsWith('on'))
            made.addEventListener(name.slice(2), value);
        else
            made.setAttribute(name, value === true ? '' : value);
    }
    made.append(...children.flat(Infinity).filter(
        (child) => child !== null && child !== undefined && child !== false));
    return made;
}

// A button that is no form's.
export function button(label, onclick, attributes = {}) {
    return element('button', {type: 'button', onclick, ...attributes}, label);
}

export function byId(id) {
    return document.getElementById(id);
}

export function replace(parent, ...children) {
    parent.replaceChildren(...children.flat(Infinity).filter(Boolean));
}

const inlineMarks = /`([^`]*)`|\*\*([^*]*)\*\*/g;

// `code` and **strong** of a description.
export function inline(text) {
    const parts = [];
    let at = 0;
    for (const found of text.matchAll(inlineMarks)) {
        parts.push(text.slice(at, found.index));
        const [, code, strong] = found;
        parts.push(code === undefined ? element('strong', {}, strong) : element('code', {}, code));
        at = found.index + found[0].length;
    }
    return [...parts, text.slice(at)];
}

function table(lines) {
    const cells = (line) => line.replace(/^\||\|$/g, '').split(/(?<!\\)\|/)
        .map((cell) => inline(cell.trim().replaceAll('\\|', '|')));
    const [head, , ...rows] = lines.map(cells);
    const row = (tag, all) => element('tr', {}, all.map((cell) => element(tag, {}, cell)));
    return element('div', {class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Table'},
        element('table', {},
            element('thead', {}, row('th', head)),
            element('tbody', {}, rows.map((one) => row('td', one)))));
}

const shortText = 300;  // characters up to which a description stands open

// A description; a long one is folded away.
export function description(text = '') {
    if (text.length <= shortText) return prose(text);
    return element('details', {class: 'about'}, element('summary', {}, 'About this'), prose(text));
}

// What the contract's descriptions use of CommonMark: paragraphs, tables, `code`, **strong**.
function prose(text) {
    return text.trim().split(/\n\s*\n/).filter(Boolean).map((block) => {
        const lines = block.split('\n').map((line) => line.trim());
        if (lines.length > 2 && lines.every((line) => line.startsWith('|'))) return table(lines);
        return element('p', {}, inline(lines.join(' ')));
    });
}
