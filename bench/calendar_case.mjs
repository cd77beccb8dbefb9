// What the calendar's lists and search cost over 100 000 events, all through HTTP.
import {atMost, median, percentile, timesOf, withEyed} from './figures.mjs';

const root = '/events_api/v1';
const minute = 60_000;
const nouns = ['meeting', 'concert', 'course', 'workshop', 'talk', 'rehearsal', 'market', 'reading', 'walk', 'dinner'];

// Event i of a year and a half: every tenth at one of 20 locations' own hour, one in a hundred recurs.
function eventOf(i, locations, categories) {
    const start = Date.UTC(2026, 0, 1) + i * 8 * minute;
    return {
        title: `${nouns[i % nouns.length]} ${i}${i % 100 === 7 ? ' zeppelin' : ''}`,
        description: `Everybody is invited to ${nouns[(i * 7) % nouns.length]} number ${i}, as every year.`,
        start_time: new Date(start).toISOString(), end_time: new Date(start + 60 * minute).toISOString(),
        location: locations[i % locations.length], category: categories[i % categories.length],
        ...(i % 100 === 0 ? {rrule: 'FREQ=WEEKLY;COUNT=10'} : {}),
    };
}

async function labels(eyed, list, count) {
    const urls = [];
    for (let i = 0; i < count; i++) {
        urls.push((await eyed.request('POST', `${root}/${list}/`, {name: `${list} ${i}`})).body.detail_url);
    }
    return urls;
}

export function calendarCase(options) {
    return withEyed(options, async (eyed) => {
        const total = options.events.calendar;
        const [locations, categories] = [await labels(eyed, 'locations', 20), await labels(eyed, 'categories', 10)];
        const begun = performance.now();
        for (let i = 0; i < total; i += 1000) {
            const events = Array.from({length: 1000}, (_, j) => eventOf(i + j, locations, categories));
            const answer = await eyed.request('POST', `${root}/events/`, events);
            if (answer.status !== 201) throw new Error(`bulk create: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
        }
        const perSecond = total / ((performance.now() - begun) / 1000);
        const lists = {
            'the first page': '/events/', 'page 500': '/events/?page=500', 'the last page': `/events/?page=${total / 10}`,
            'a page of 100': '/events/?page_size=100', 'a week': '/events/?from=2026-06-01&to=2026-06-08',
            'a location': '/events/?location=3', 'a category and a week': '/events/?category=2&from=2026-06-01&to=2026-06-08',
            'occurrences of a week': '/occurrences/?from=2026-06-01&to=2026-06-08',
            'search for a rare word': '/events/search/?search_term=zeppelin', 'search for a beginning': '/events/search/?search_term=zep',
            'search for a phrase': '/events/search/?search_term=%22market%20every%22', 'search for one of ten': '/events/search/?search_term=concert',
            'search for what all have': '/events/search/?search_term=everybody',
        };
        const rows = [];
        for (const [name, target] of Object.entries(lists)) {
            const times = await timesOf(eyed, root + target, options.repeats);
            rows.push(atMost(`100 k calendar events: ${name}`, median(times), 10, 'ms', `p90 ${percentile(times, 0.9).toFixed(1)}`));
        }
        rows[0].beside += `; made at ${Math.round(perSecond)} a second, 1000 at once`;
        return rows;
    });
}
