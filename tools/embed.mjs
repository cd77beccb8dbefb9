// Makes files part of the program.
//
//   node tools/embed.mjs OUT (FOLDER | NAME=FILE)...
//
// A folder's files go by their paths below it, other files by NAME. Writes OUT.bin, which holds all of
// them one behind the other, those that gzip makes smaller in that form too, and OUT.cc, which defines
// eyed::api::embedded_files() of src/api/embedded.h over it, in order of name.
import {createHash} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';

const contentTypes = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.png': 'image/png',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
    '.yaml': 'application/yaml',
};
const packedAlready = new Set(['.png']);
const smallestPacked = 1024;  // as the server's own limit

const [out, ...sources] = process.argv.slice(2);

function filesOf(folder, below = '') {
    return readdirSync(path.join(folder, below), {withFileTypes: true}).flatMap((entry) => {
        const name = below + entry.name;
        return entry.isDirectory() ? filesOf(folder, `${name}/`) : [[name, path.join(folder, name)]];
    });
}

const named = sources.flatMap((source) => {
    const equals = source.indexOf('=');
    if (equals >= 0) return [[source.slice(0, equals), source.slice(equals + 1)]];
    if (!statSync(source).isDirectory()) throw new Error(`${source} is no folder: write NAME=FILE`);
    return filesOf(source);
}).sort(([a], [b]) => (a < b ? -1 : 1));

const blob = [];
let size = 0;
function keep(bytes) {
    const at = size;
    blob.push(bytes);
    size += bytes.length;
    return `piece(${at}, ${bytes.length})`;
}

const rows = named.map(([name, file], i) => {
    if (name === named[i + 1]?.[0]) throw new Error(`two files are named ${name}`);
    const extension = path.extname(name);
    const contentType = contentTypes[extension];
    if (!contentType) throw new Error(`${name}: no content type is known for ${extension}`);
    const bytes = readFileSync(file);
    const packed = bytes.length < smallestPacked || packedAlready.has(extension) ? Buffer.alloc(0) : gzipSync(bytes, {level: 9});
    const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    const texts = [name, contentType, `W/"${tag}"`].map((text) => JSON.stringify(text));
    return `    {${texts.join(', ')}, ${keep(bytes)}, ${keep(packed)}},\n`;
});

mkdirSync(path.dirname(out), {recursive: true});
writeFileSync(`${out}.bin`, Buffer.concat(blob));
writeFileSync(`${out}.cc`, `// Made by tools/embed.mjs.
#include "api/embedded.h"

asm(".pushsection .rodata, \\"a\\"\\n"
    ".globl eyed_embedded_bytes\\n"
    "eyed_embedded_bytes:\\n"
    ${JSON.stringify(`.incbin ${JSON.stringify(`${path.resolve(out)}.bin`)}\n`)}
    ".popsection\\n");
extern "C" const char eyed_embedded_bytes[${size}];

namespace eyed::api {
namespace {

constexpr std::string_view piece(std::size_t at, std::size_t size) {
    return {eyed_embedded_bytes + at, size};
}

constexpr EmbeddedFile kFiles[] = {
${rows.join('')}};

}  // namespace

std::span<const EmbeddedFile> embedded_files() {
    return kFiles;
}

}  // namespace eyed::api
`);
