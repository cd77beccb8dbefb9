// What both sides have: totals, the lists behind them, CSV out, the other side's file in.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';

import {Cashback, cpf, purchase} from './cashback_client.mjs';
import {useServer} from './harness.mjs';
import {answer, Peer} from './peer.mjs';
import {assertAnswer, assertMatches, having} from './scenario.mjs';

const target = await Peer.open({pays: true});
after(() => target.close());
const server = useServer({settings: {
    'cashback.target_url': target.url('/pay'), 'delivery.allow_networks': '127.0.0.0/8', 'cashback.answer_wait': '5s', 'cashback.retry_schedule': '',
}});
const cashback = new Cashback(server);
const today = () => new Date().toISOString().slice(0, 10);
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
const yesterday = () => new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const period = () => `from=${yesterday()}&to=${tomorrow()}`;
const importFile = (body, query = '') => server.post(`/api/reconciliation/imports?${period()}${query}`, {body, type: 'text/csv'});

test('totals by day, state and target lead to the lists that they are of', async () => {
    for (const day of ['2026-03-01', '2026-03-01', '2026-03-02']) await cashback.make('/cashback', purchase({sold_at: `${day} 10:00:00`}));
    target.script('/pay', answer(422));
    await cashback.until(await cashback.send(purchase({sold_at: '2026-03-02 11:00:00'})), 'failed');
    target.script('/pay', answer(201));
    const [first] = (await cashback.read('/cashbacks?day=2026-03-01&by=sold')).results;
    await cashback.post(`/cashbacks/${first.id}/reverse`, {lines: [{number: 1, qty: 1}]});

    const totals = await cashback.read('/reconciliation?from=2026-03-01&to=2026-03-03&by=sold');
    const short = totals.results.map(({day, state, count, total, cashback: due, earned, reversed}) => `${day} ${state} ${count} ${total} ${due} ${earned} ${reversed}`).sort();
    assert.deepEqual(short, ['2026-03-01 confirmed 2 200.00 9.50 10.00 0.50', '2026-03-02 confirmed 1 100.00 5.00 5.00 0.00', '2026-03-02 failed 1 100.00 5.00 5.00 0.00']);
    assertMatches(totals, having({by: 'sold', from: '2026-03-01', to: '2026-03-03',
        states: {confirmed: having({count: 3, cashback: '14.50'}), failed: having({count: 1})},
        sum: {count: 4, total: '400.00', cashback: '19.50', earned: '20.00', reversed: '0.50'}}));
    for (const {cashbacks_url: url, count} of totals.results) assert.equal((await cashback.read(url)).count, count, url);
    const received = await cashback.read(`/reconciliation?from=${today()}&to=${tomorrow()}`);
    assert.ok(received.sum.count >= 4);
    assertMatches(await cashback.read('/reconciliation'), having({by: 'received', to: tomorrow()}));
});

test('what totals cannot be made of is refused', async () => {
    for (const [query, field] of [['from=x', 'from'], ['by=paid', 'by'], ['from=2026-03-02&to=2026-03-02', 'to'], ['from=2024-01-01&to=2026-01-01', 'to'], ['day=2026-01-01', 'day']])
        assertAnswer(await cashback.get(`/reconciliation?${query}`), {status: 400, body: {[field]: [/./]}});
});

test('the other side\'s file says what matches, is missing and differs', async () => {
    const sent = [];
    for (let i = 0; i < 5; i++) sent.push(await cashback.make('/cashback', purchase()));
    const [byMessage, byId, byDocument, differs, missing] = sent;
    const file = [
        'Id;CPF;Valor;Data', `${byMessage.delivery.message};;5,00;`, `${byId.id};${byId.customer.document};5,00;`, `${missing.id};;5,00;`, `;${byDocument.customer.document};5,00;${today()}`,
        `${differs.delivery.message};;4,99;`, `msg_of_somebody;${cpf()};1.234,00;`, ';;x;', ';11111111111;5,00;',
    ].join('\r\n');
    const query = '&reference_column=Id&document_column=CPF&amount_column=Valor&date_column=Data&separator=%3B&decimal=comma&name=november.csv';
    const made = await importFile(file, query);
    assertAnswer(made, {status: 201, headers: {location: made.body.detail_url}, body: having({
        name: 'november.csv', mapping: {reference: 'Id', document: 'CPF', amount: 'Valor', date: 'Data', separator: ';', decimal: 'comma', date_format: 'iso'},
        matched: having({count: 3, theirs: '15.00', ours: '15.00'}), differs: having({count: 1, theirs: '4.99', ours: '5.00'}),
        missing_here: having({count: 2, theirs: '1239.00'}), unreadable: having({count: 2})})});
    assert.deepEqual(await cashback.read(made.body.detail_url), made.body);
    const lines = async (verdict) => (await cashback.read(`${made.body[verdict].lines_url}&page_size=100`)).results;
    assertMatches((await lines('differs'))[0], having({line: 6, cashback: differs.detail_url, theirs: '4.99', ours: '5.00', reference: differs.delivery.message}));
    assert.deepEqual((await lines('matched')).map((one) => one.cashback).sort(), [byMessage, byId, byDocument].map((one) => one.detail_url).sort());
    assert.ok((await lines('missing_there')).some((one) => one.cashback === missing.detail_url && one.line === null && one.ours === '5.00'));
    assertMatches(await lines('unreadable'), [having({line: 8, note: /amount/}), having({line: 9, note: /CPF/})]);
    assertMatches(await cashback.read('/reconciliation/imports'), having({results: (rows) => rows[0].id === made.body.id}));
    assertAnswer(await cashback.get(`${made.body.lines_url}?verdict=good`), {status: 400});
    assertAnswer(await cashback.get('/reconciliation/imports/999999/lines'), {status: 404});
});

test('a file of a spreadsheet in Brazil is understood', async () => {
    const paid = await cashback.make('/cashback', purchase({total: '20000.00', products: [{type: 'C', value: '20000.00', qty: 1}]}));
    const [year, month, day] = paid.confirmed_at.slice(0, 10).split('-');
    const query = '&separator=%3B&decimal=comma&date_format=dmy';
    const file = (amount) => `\ufeffreference;document;amount;date\r\n;${paid.customer.document};${amount};${day}/${month}/${year}\r\n`;
    const made = await importFile(file('R$ 3.000,00'), query);
    assertAnswer(made, {status: 201, body: having({matched: having({count: 1, theirs: '3000.00'}), mapping: having({date_format: 'dmy'})})});
    assertAnswer(await importFile(file('R$ 2.999,00'), query), {status: 201, body: having({differs: having({count: 1, theirs: '2999.00', ours: '3000.00'})})});
    assertAnswer(await importFile(`document,amount\n${paid.customer.document},2999.00\n`), {status: 201, body: having({differs: having({count: 0}), missing_here: having({count: 1})})});
    assertAnswer(await importFile('reference,amount\n', '&date_format=us'), {status: 400, body: {date_format: ['iso or dmy.']}});
    assertAnswer(await importFile(Buffer.from('reference,amount,name\nx,1.00,Jos\xe9\n', 'latin1')), {status: 400, body: {file: [/^Line 2 is not text in UTF-8: save the file as “CSV UTF-8”/]}});
});

test('a file that cannot be read is refused with line and column', async () => {
    assertAnswer(await importFile('reference,amount\n1,5.00\n2,"5.00'), {status: 400, body: {file: ['Line 3, column 3: a quote that does not end.']}});
    assertAnswer(await importFile('a,b\n1,2\n'), {status: 400, body: {amount_column: [/“amount”/]}});
    assertAnswer(await importFile('reference,amount\n', '&date_column=When'), {status: 400, body: {date_column: [/“When”/]}});
    assertAnswer(await importFile(''), {status: 400, body: {file: [/empty/]}});
    assertAnswer(await importFile('reference,amount\n', '&separator=x'), {status: 400, body: {separator: [/./]}});
    assertAnswer(await server.post('/api/reconciliation/imports', {body: 'reference,amount\n', type: 'text/csv'}),
        {status: 400, body: {from: ['This field is required.'], to: ['This field is required.']}});
    for (const [from, to, fault] of [['2026-01-01', '2027-01-03', /366 days/], ['2026-01-01', '2026-01-01', /after/]])
        assertAnswer(await server.post(`/api/reconciliation/imports?from=${from}&to=${to}`, {body: 'reference,amount\n', type: 'text/csv'}), {status: 400, body: {to: [fault]}});
    assertAnswer(await server.post(`/api/reconciliation/imports?${period()}`, {json: {}}), {status: 415});
    const many = `reference,amount\n${'1,5.00\n'.repeat(100_001)}`;
    assertAnswer(await importFile(many), {status: 400, body: {file: [/100000 lines/]}});
});

test('the export has what the list has, and no formulas', async () => {
    const document = cpf();
    const name = '=HYPERLINK("http://evil"), "x"';
    const one = await cashback.make('/cashback', purchase({customer: {document, name}, sold_at: '2026-04-04 10:00:00'}));
    const csv = await cashback.get(`/cashbacks/export?document=${document}`);
    assertAnswer(csv, {status: 200, headers: {'content-type': /^text\/csv/, 'content-disposition': /cashbacks\.csv/, 'cache-control': 'no-store'}});
    const [head, row, end] = csv.text.split('\r\n');
    assert.equal(head, 'id,state,received_at,sold_at,confirmed_at,customer,document,name,application,total,cashback,earned,reversed,target,delivery,message,answer_status,answer_error');
    assert.equal(row, `${one.id},confirmed,${one.received_at},2026-04-04T10:00:00.000000Z,${one.confirmed_at},${one.customer.id},${document},` +
        `"'=HYPERLINK(""http://evil""), ""x""",admin,100.00,5.00,5.00,0.00,${target.origin},${one.delivery.id},${one.delivery.message},201,`);
    assert.equal(end, '');
    const all = (await cashback.get('/cashbacks/export')).text.trim().split('\r\n').length - 1;
    assert.equal(all, (await cashback.read('/cashbacks')).count);
    assertAnswer(await cashback.get('/cashbacks/export?state=x'), {status: 400});
    assertAnswer(await server.call('HEAD', '/api/cashbacks/export'), {status: 200});
});
