// Shows /openapi.json with Swagger UI. Who signs in by trying one of the login operations is signed in for
// all that they try afterwards, until the page is left: nothing is stored. A browser's session counts, too.
'use strict';

const logins = ['/api-token-auth', '/api/token', '/api/token/refresh'];

let csrf;  // of the browser's session, which its cookie alone does not prove

const pathOf = (url) => new URL(url, location.href).pathname.replace(/\/$/, '');

fetch('/api/v1/session', {headers: {accept: 'application/json'}})
    .then((answer) => answer.json())
    .then((session) => { csrf ??= session.csrf_token; })
    .catch(() => {});  // then there is none

function useSession(request) {
    const given = Object.keys(request.headers).some((name) => name.toLowerCase() === 'authorization');
    if (csrf && !given && new URL(request.url, location.href).origin === location.origin) {
        request.headers['X-CSRF-Token'] = csrf;
    }
    return request;
}

function useLogin(response) {
    const path = pathOf(response.url);
    if (path === '/api/v1/session' && response.ok) csrf = response.body?.csrf_token;
    if (response.status === 200 && logins.includes(path)) {
        const token = response.body?.access ?? response.body?.token;
        if (token) ui.preauthorizeApiKey('bearer', token);
    }
    return response;
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followScheme);
followScheme();

// Swagger UI fills in each example, and would so filter by all of them at once: of what need not be given it
// gets none.
function withoutFilters(contract) {
    const operations = Object.values(contract.paths).flatMap((item) => [item, ...Object.values(item)]);
    const parameters = operations.flatMap((one) => one.parameters ?? []);
    for (const parameter of [...parameters, ...Object.values(contract.components.parameters)]) {
        if (parameter.in === 'query' && !parameter.required) delete parameter.example;
    }
    return contract;
}

let ui;

async function show() {
    const answer = await fetch('/openapi.json');
    if (!answer.ok) throw new Error(`/openapi.json: ${answer.status}`);
    ui = SwaggerUIBundle({
        spec: withoutFilters(await answer.json()),
        dom_id: '#api',
        deepLinking: true,
        displayRequestDuration: true,
        docExpansion: 'none',  // 150 operations at once are drawn as one scrolls, and cannot be searched
        filter: true,
        persistAuthorization: false,
        requestInterceptor: useSession,
        responseInterceptor: useLogin,
        showExtensions: true,
        tryItOutEnabled: true,
        validatorUrl: 'none',
    });
}

show().catch((error) => {
    document.querySelector('#api').textContent = `The document could not be loaded (${error.message}). Load the page again.`;
});
