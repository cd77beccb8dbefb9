// The browsable API on wide and narrow screens, light and dark; screenshots go to build/screens.
import assert from 'node:assert/strict';

import {showsOn} from './browsable.mjs';
import {openBrowser, screenshot} from './chromium.mjs';
import {useServer} from './harness.mjs';
import {assertAnswer, theEvent} from './scenario.mjs';

const server = useServer({prepare: async () => {
    await openBrowser();
    const names = ['cta click', 'a rather long name of an event that has to wrap on a narrow screen', 'a'.repeat(150)];
    for (const name of names) assertAnswer(await server.post('/events/', {json: theEvent({name})}), {status: 201});
    assertAnswer(await server.post('/events/', {json: theEvent({data: 5})}), {status: 400});
}});
const shows = showsOn(server);

for (const [name, options] of [
    ['wide', {}],
    ['narrow', {viewport: {width: 360, height: 740}}],
    ['dark', {colorScheme: 'dark'}],
    ['narrow-dark', {viewport: {width: 360, height: 740}, colorScheme: 'dark'}],
]) {
    shows(`pages fit, and can be read: ${name}`, '/api/v1/', async (browsable, page) => {
        for (const target of ['/api/v1/', '/api/v1/events?limit=4', '/api/v1/rejections?state=open', '/event_detail/1',
            '/api/v1/event-types/1', '/events/', '/events_api/v1/events/', '/api/token', '/api/v1/keys', '/api/v1/users/987654']) {
            await browsable.open(target);
            for (const details of await page.locator('main details').all()) await details.evaluate((one) => { one.open = true; });
            await browsable.fits();
            await browsable.isReadable();
            await browsable.hasNoTwins();
            await screenshot(page, `browsable-${name}${target.split('?')[0].replaceAll('/', '-')}`);
        }
        await page.getByRole('button', {name: 'Sign out'}).click();
        await browsable.shown(401);
        await page.locator('#answer').getByRole('button', {name: 'Sign in'}).click();
        await browsable.fits();
        await browsable.isReadable();
        if (options.colorScheme === 'dark') assert.ok(await browsable.luminance() < 0.2);
    }, options);
}
