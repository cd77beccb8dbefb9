// A real browser for tests of pages; screenshots go to build/screens.
import {existsSync, mkdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';
import {after} from 'node:test';

import {deadlineMs, repository} from './harness.mjs';

const require = createRequire(import.meta.url);
const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
const screens = path.join(repository, 'build/screens');
let browser;

export const skip = existsSync(program) ? false : `${program} is not installed`;
// What pages complained of: errors and warnings of scripts and of the browser, requests that failed.
export const complaints = [];

// For a file's `prepare`. The browser is closed after the file's last test.
export async function openBrowser() {
    if (skip) return;
    mkdirSync(screens, {recursive: true});
    browser = await require(path.join(repository, 'third_party/node_modules/playwright-core')).chromium.launch({
        executablePath: program,
        args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
            '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
        timeout: 60_000,
    });
}
after(() => browser?.close());

// A page of a context of its own, with these options of the context.
export async function openPage(options = {}) {
    const context = await browser.newContext({viewport: {width: 1280, height: 800}, ...options});
    context.setDefaultTimeout(deadlineMs * 3);
    const page = await context.newPage();
    page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    return page;
}

export const screenshot = (page, name) => page.screenshot({path: path.join(screens, `${name}.png`)});
