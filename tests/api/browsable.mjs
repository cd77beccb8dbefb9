// The browsable API as a person has it before them, for tests in a browser.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {complaints, openPage, skip} from './chromium.mjs';

export const quick = {skip, timeout: 120_000};

// The browser itself writes these for every answer of 400 and above.
const isStatus = (text) => text.startsWith('Failed to load resource: the server responded with a status of 4') ||
    text.startsWith('Failed to load resource: the server responded with a status of 5');

// Waits until the page has shown its answer.
export function settled(page) {
    return page.waitForFunction(() => {
        const text = document.getElementById('status')?.textContent ?? '';
        return text && !text.startsWith('Waiting') && document.getElementById('main').getAttribute('aria-busy') !== 'true';
    });
}

export async function openBrowsable(server, options) {
    const page = await openPage(options);
    const elsewhere = [];
    page.on('request', (request) => {
        if (!request.url().startsWith(`${server.origin}/`) && !request.url().startsWith('blob:')) elsewhere.push(request.url());
    });
    return new Browsable(server, page, elsewhere);
}

// What registers a test that opens a page as the administrator and hands it to `use`. Whatever the page complains of
// fails the test.
export const showsOn = (server) => (name, target, use, options) => test(name, quick, async () => {
    const browsable = await openBrowsable(server, options);
    await browsable.as('admin', server.passwords.admin);
    await browsable.open(target);
    await use(browsable, browsable.page);
    await browsable.close();
});

export class Browsable {
    constructor(server, page, elsewhere) {
        this.server = server;
        this.page = page;
        this.elsewhere = elsewhere;
        this.expected = [];  // complaints that a test causes
    }

    // Signs in without the page.
    async as(username, password) {
        const answer = await this.page.request.post(`${this.server.origin}/api/v1/session`, {data: {username, password}});
        assert.equal(answer.status(), 200);
    }

    async open(target) {
        await this.page.goto(`${this.server.origin}${target}`);
        await settled(this.page);
    }

    async status() {
        const text = await this.page.locator('#answer .code').textContent();
        return Number(text.match(/HTTP (\d+)/)[1]);
    }

    // Waits for an answer of this status.
    async shown(status) {
        await this.page.locator('#answer .code').getByText(`HTTP ${status}`).waitFor();
        await settled(this.page);
    }

    json() {
        return this.page.getByLabel('JSON', {exact: true});
    }

    form(method) {
        return this.page.getByRole('form', {name: `${method} form`});
    }

    // Answers the page's own requests to these addresses by `answer(request)`: options of playwright's
    // route.fulfill, or 'abort'.
    async fake(pattern, answer) {
        await this.page.route(pattern, async (route) => {
            const request = route.request();
            if (request.resourceType() === 'document') return route.fallback();
            const given = answer(request);
            if (given !== 'abort') return route.fulfill(given);
            this.expected.push(request.url());
            return route.abort();
        });
    }

    async fits() {
        const [content, view] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
        assert.ok(content <= view, `${this.page.url()} scrolls sideways: ${content} > ${view}`);
    }

    // Labels and descriptions lead to one element each.
    async hasNoTwins() {
        const ids = await this.page.locator('[id]').evaluateAll((all) => all.map(({id}) => id));
        assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), [], this.page.url());
    }

    // Every text stands out from what is behind it as WCAG 2.1 AA asks (1.4.3: 4.5 to 1).
    async isReadable() {
        const faint = await this.page.evaluate(() => {
            const channels = (color) => color.match(/[\d.]+/g).map(Number);
            const luminance = (color) => {
                const [r, g, b] = channels(color).map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const behind = (element) => {
                for (let one = element; one; one = one.parentElement) {
                    const color = getComputedStyle(one).backgroundColor;
                    if (channels(color)[3] !== 0) return color;
                }
                return 'rgb(255, 255, 255)';
            };
            const found = [];
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            for (let text = texts.nextNode(); text; text = texts.nextNode()) {
                const element = text.parentElement;
                if (!text.data.trim() || !element.checkVisibility() || element.closest(':disabled')) continue;
                const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((x, y) => y - x);
                const contrast = (a + 0.05) / (b + 0.05);
                if (contrast < 4.5) found.push(`${contrast.toFixed(2)}: ${text.data.trim().slice(0, 40)}`);
            }
            return found;
        });
        assert.deepEqual(faint, [], this.page.url());
    }

    luminance() {
        return this.page.evaluate(() => {
            const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
            return (r + g + b) / 765;
        });
    }

    // The page has complained of nothing, and asked nobody else.
    async close() {
        await this.page.context().close();
        const real = complaints.splice(0).filter((text) =>
            !isStatus(text) && !this.expected.some((url) => text.includes(url) || /net::ERR_FAILED/.test(text)));
        assert.deepEqual(real, []);
        assert.deepEqual(this.elsewhere, []);
    }
}
