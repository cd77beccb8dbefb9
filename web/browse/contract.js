// The OpenAPI document, asked about one address at a time.

const methods = ['get', 'post', 'put', 'patch', 'delete'];

// A segment of a path, in words; as it is when it is no percent-encoding.
export function decodeSegment(segment) {
    try {
        return decodeURIComponent(segment);
    } catch {
        return segment;
    }
}

const segmentsOf = (path) => path.split('/').filter(Boolean).map(decodeSegment);

const isParameter = (segment) => /^\{.*\}$/.test(segment);

function fits(pattern, segments) {
    return pattern.length === segments.length &&
        pattern.every((part, i) => isParameter(part) || part === segments[i]);
}

export class Contract {
    constructor(description) {
        this.description = description;
        // Of two patterns that fit, the one with a literal where the other has a parameter counts.
        const parameters = ({segments}) => segments.filter(isParameter).length;
        this.routes = Object.entries(description.paths)
            .map(([path, item]) => ({path, item, segments: segmentsOf(path)}))
            .sort((a, b) => parameters(a) - parameters(b));
    }

    static async load() {
        const answer = await fetch('/openapi.json');
        if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`);
        return new Contract(await answer.json());
    }

    // What a $ref leads to, with what stands beside it; the parts of an allOf as one.
    resolve(value) {
        if (value?.$ref) {
            const {$ref, ...beside} = value;
            const found = $ref.slice(2).split('/').reduce((at, key) => at?.[key], this.description);
            return {...this.resolve(found), ...beside};
        }
        if (!value?.allOf) return value;
        const {allOf, ...beside} = value;
        return Object.assign({}, ...allOf.map((one) => this.resolve(one)), beside);
    }

    // The route of an address; undefined: it is not of the API.
    find(pathname) {
        const segments = segmentsOf(pathname);
        return this.routes.find((route) => fits(route.segments, segments));
    }

    // By method, in capitals.
    operations(route) {
        if (!route) return {};
        return Object.fromEntries(methods.filter((method) => route.item[method])
                .map((method) => [method.toUpperCase(), route.item[method]]));
    }

    // `place`: query or header.
    parameters(route, operation, place) {
        return [...(route.item.parameters ?? []), ...(operation.parameters ?? [])]
            .map((one) => this.resolve(one))
            .filter((one) => one.in === place);
    }

    // What lies one named segment below: [{href, name, operations}].
    actions(route, pathname) {
        if (!route) return [];
        const base = pathname.replace(/\/+$/, '');
        const {segments} = route;
        return this.routes
            .filter((one) => one.segments.length === segments.length + 1 &&
                    !isParameter(one.segments.at(-1)) &&
                    segments.every((segment, i) => segment === one.segments[i]))
            .map((one) => ({
                href: `${base}/${encodeURIComponent(one.segments.at(-1))}`,
                name: one.segments.at(-1),
                operations: this.operations(one),
            }));
    }

    // The body's media types: [{type, schema, example}].
    bodies(operation) {
        const content = this.resolve(operation.requestBody)?.content ?? {};
        return Object.entries(content).map(([type, {schema, example, examples}]) => ({
            type,
            schema: this.resolve(schema ?? {}),
            example: example ?? Object.values(examples ?? {})[0]?.value,
        }));
    }

    answer(operation, status) {
        return this.resolve(operation?.responses?.[status]);
    }

    // The media types of what a read gives.
    answerTypes(operation) {
        return Object.keys(this.answer(operation, '200')?.content ?? {});
    }

    // The schema and all its alternatives.
    alternatives(schema) {
        const one = this.resolve(schema);
        const inner = [...(one?.oneOf ?? []), ...(one?.anyOf ?? [])];
        if (inner.length) return inner.flatMap((each) => this.alternatives(each));
        return one ? [one] : [];
    }

    // What schemas say of an object's member, and of an array's elements.
    memberSchemas(schemas, name) {
        const schemaIn = ({properties = {}, additionalProperties: others}) =>
            (Object.hasOwn(properties, name) ? properties[name] : others);
        return schemas.map(schemaIn).filter((one) => typeof one === 'object')
            .flatMap((one) => this.marked(one));
    }
    itemSchemas(schemas) {
        return schemas.filter((one) => one.items).flatMap((one) => this.marked(one.items));
    }
    // Alternatives; where a value leads stays with them.
    marked(schema) {
        const link = this.resolve(schema)['x-eyed-link'];
        return this.alternatives(schema).map((one) => (link ? {...one, 'x-eyed-link': link} : one));
    }
}

// Where a text leads: an address of this server. undefined: nowhere. `paths`: whether one of the
// API without the server counts.
export function addressOf(text, contract, {paths}) {
    if (!/^https?:\/\//i.test(text) && !(paths && text.startsWith('/'))) return undefined;
    let url;
    try {
        url = new URL(text, location.origin);
    } catch {
        return undefined;
    }
    const known = !text.startsWith('/') || contract.find(url.pathname);
    return known && url.origin === location.origin ? url.href : undefined;
}
