// The arrows between the rooms under src/, as ARCHITECTURE.md draws them, read off the #include lines.
import assert from 'node:assert/strict';
import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const source = fileURLToPath(new URL('../../src/', import.meta.url));

// A room may include every room of an earlier step, and of its own step only what `beside` says.
const steps = [
    ['base'],
    ['io', 'model', 'config'],
    ['schema', 'log', 'store', 'catalog', 'auth', 'calendar', 'cashback'],
    ['ingest', 'query', 'delivery'],
    ['http'],
    ['api', 'console', 'cli'],
    ['app'],
];
const beside = {
    store: ['log'], auth: ['catalog'], calendar: ['catalog'], cashback: ['catalog', 'schema'], delivery: ['catalog'],
};

// Headers that only one folder may know.
const kept = [
    {header: /^duckdb\.h/, folder: 'store/duckdb/'},
    {header: /^boost\/beast/, folder: 'http/'},
    {header: /^(sqlite3\.h|soci\/)/, folder: 'catalog/'},
    {header: /^(libical|date|unicode)\//, folder: 'calendar/'},
];

function files(folder = '') {
    return readdirSync(path.join(source, folder), {withFileTypes: true}).flatMap((entry) => {
        const name = folder + entry.name;
        if (entry.isDirectory()) return files(`${name}/`);
        return /\.(cc|h)$/.test(name) ? [name] : [];
    });
}

function includes(text) {
    return [...text.matchAll(/^\s*#\s*include\s*[<"]([^>"]+)[>"]/gm)].map((match) => match[1]);
}

const step = (room) => steps.findIndex((rooms) => rooms.includes(room));

// A sentence for each include of `name` that is a wrong arrow.
export function wrongArrows(name, text) {
    const room = name.split('/')[0];
    const wrong = [];
    for (const header of includes(text)) {
        for (const rule of kept) {
            if (rule.header.test(header) && !name.startsWith(rule.folder)) {
                wrong.push(`${name} includes ${header}, which only ${rule.folder} may`);
            }
        }
        const other = header.split('/')[0];
        if (!header.includes('/') || step(other) < 0 || other === room) continue;
        const allowed = step(other) < step(room) || beside[room]?.includes(other);
        if (!allowed) wrong.push(`${name} includes ${header}: ${room} must not know ${other}`);
    }
    return wrong;
}

const rooms = readdirSync(source, {withFileTypes: true}).filter((e) => e.isDirectory()).map((e) => e.name);

test('every room has its place among the steps', () => {
    assert.deepEqual(rooms.filter((room) => step(room) < 0), []);
});

test('every room has a README', () => {
    assert.deepEqual(rooms.filter((room) => !readdirSync(path.join(source, room)).includes('README.md')), []);
});

for (const room of rooms) {
    test(`${room} includes only what lies to its left`, () => {
        const wrong = files(`${room}/`).flatMap((name) => wrongArrows(name, readFileSync(path.join(source, name), 'utf8')));
        assert.deepEqual(wrong, []);
    });
}

test('a wrong arrow is seen', () => {
    const seen = (name, line) => wrongArrows(name, `${line}\n`).length;
    assert.equal(seen('log/log.cc', '#include "store/event_store.h"'), 1);
    assert.equal(seen('io/file.cc', '#include "model/event.h"'), 1);
    assert.equal(seen('http/server.cc', '#include "api/routes.h"'), 1);
    assert.equal(seen('store/projector.cc', '#include "log/log.h"'), 0);
    assert.equal(seen('app/main.cc', '#include "base/result.h"'), 0);
});

test('a library outside its folder is seen', () => {
    const seen = (name, line) => wrongArrows(name, `${line}\n`).length;
    assert.equal(seen('store/projector.cc', '  #  include <duckdb.h>'), 1);
    assert.equal(seen('store/duckdb/rows.cc', '#include <duckdb.h>'), 0);
    assert.equal(seen('api/events.cc', '#include <boost/beast/http.hpp>'), 1);
    assert.equal(seen('auth/users.cc', '#include <soci/soci.h>'), 1);
    assert.equal(seen('api/calendar.cc', '#include <libical/ical.h>'), 1);
    assert.equal(seen('model/calendar.h', '#include <date/tz.h>'), 1);
    assert.equal(seen('calendar/zone.cc', '#include <date/tz.h>'), 0);
});
