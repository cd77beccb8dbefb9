// Makes what the program serves of the OpenAPI document.
//
//   node tools/describe_api.mjs api/openapi.yaml FOLDER
//
// Writes FOLDER/openapi.yaml, which is the document as it is, FOLDER/openapi.json, the same as JSON, and
// FOLDER/options.json, which has for each path that is no page what OPTIONS on it answers.
import {copyFileSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const yaml = createRequire(import.meta.url)(fileURLToPath(new URL('../third_party/node_modules/js-yaml', import.meta.url)));
const methods = ['get', 'post', 'put', 'patch', 'delete'];
const maxDepth = 4;  // of fields within fields

const [source, folder] = process.argv.slice(2);
const contract = yaml.load(readFileSync(source, 'utf8'));

// What a $ref leads to, together with what stands beside it.
function resolve(value) {
    if (!value?.$ref) return value;
    const {$ref, ...beside} = value;
    return {...resolve($ref.slice(2).split('/').reduce((at, key) => at[key], contract)), ...beside};
}

// A schema with its references followed and its `allOf` merged.
function plain(given) {
    const {allOf = [], ...schema} = resolve(given) ?? {};
    return allOf.map(plain).reduce((merged, one) => ({...one, ...merged}), schema);
}

const defined = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

function typeOf(schema) {
    if (schema.enum) return 'choice';
    const [type] = [schema.type].flat().filter((one) => one !== 'null');
    if (type === 'string') return {'date-time': 'datetime', uuid: 'uuid', binary: 'file', uri: 'url'}[schema.format] ?? type;
    return type ?? 'any';
}

// A value as Django REST framework's OPTIONS describes a field.
function describe(given, depth = 0) {
    const schema = plain(given);
    const deeper = depth < maxDepth;
    return defined({
        type: typeOf(schema),
        allow_null: [schema.type].flat().includes('null') || undefined,
        default: schema.default,
        min_length: schema.minLength,
        max_length: schema.maxLength,
        min_value: schema.minimum,
        max_value: schema.maximum,
        choices: schema.enum?.map((value) => ({value, display_name: String(value)})),
        child: schema.items && deeper ? describe(schema.items, depth + 1) : undefined,
        children: schema.properties && deeper ? fieldsOf([schema], depth + 1) : undefined,
        help_text: schema.description?.trim(),
    });
}

// The objects that a body may be, an array standing for its items.
function forms(given) {
    const schema = plain(given);
    const alternatives = schema.oneOf ?? schema.anyOf;
    if (alternatives) return alternatives.flatMap(forms);
    return schema.items ? forms(schema.items) : schema.properties ? [schema] : [];
}

// All fields of these forms; what each form requires is required.
function fieldsOf(schemas, depth) {
    const fields = {};
    for (const [name, given] of schemas.flatMap((schema) => Object.entries(schema.properties))) {
        const {type, ...more} = describe(given, depth);
        const required = schemas.every((schema) => schema.required?.includes(name) ?? false);
        fields[name] ??= {type, required, read_only: plain(given).readOnly ?? false, ...more};
    }
    return fields;
}

function parameterOf(given) {
    const {name, in: place, required = false, description, schema} = resolve(given);
    const {type, ...more} = describe(schema);
    return {name, in: place, type, required, ...more, ...defined({help_text: description?.trim() ?? more.help_text})};
}

function actionOf(item, operation) {
    const bodies = Object.values(resolve(operation.requestBody)?.content ?? {}).flatMap(({schema}) => forms(schema));
    return defined({
        summary: operation.summary,
        description: operation.description?.trim(),
        scope: operation['x-eyed-scope'],
        role: operation['x-eyed-role'],
        parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(parameterOf),
        fields: operation.requestBody && fieldsOf(bodies, 0),
    });
}

const answers = (operation) => Object.entries(operation.responses).filter(([status]) => /^2/.test(status)).map(([, given]) => resolve(given));
const mediaTypes = (contents) => [...new Set(contents.flatMap((one) => Object.keys(one?.content ?? {})))];
const isData = (answer) => !answer.content || Object.keys(answer.content).some((type) => type !== 'text/html');

function nameOf(route) {
    const words = route.split('/').filter(Boolean).join(' ').replace(/^api (v1 )?/, '').replaceAll(/[-_]/g, ' ');
    return words ? words[0].toUpperCase() + words.slice(1) : 'Index';
}

// What OPTIONS answers, or undefined for a page.
function optionsOf(route, item) {
    const operations = methods.filter((method) => item[method]).map((method) => [method.toUpperCase(), item[method]]);
    const all = operations.map(([, operation]) => operation);
    if (!all.flatMap(answers).some(isData)) return undefined;
    return {
        name: item.summary ?? nameOf(route),
        description: all[0].summary,
        renders: mediaTypes(all.flatMap(answers)),
        parses: mediaTypes(all.map((operation) => resolve(operation.requestBody))),
        actions: Object.fromEntries(operations.map(([method, operation]) => [method, actionOf(item, operation)])),
    };
}

const options = defined(Object.fromEntries(Object.entries(contract.paths).map(([route, item]) => [route, optionsOf(route, item)])));

mkdirSync(folder, {recursive: true});
copyFileSync(source, path.join(folder, 'openapi.yaml'));
writeFileSync(path.join(folder, 'openapi.json'), JSON.stringify(contract));
writeFileSync(path.join(folder, 'options.json'), JSON.stringify(options));
