// Who is asking: a browser's session, or a key that this tab alone keeps.
import {ask, faultsOf, noteOf, send} from './api.js';
import {member, textOf} from './json.js';

const kept = 'eyed-key';  // in sessionStorage: gone with the tab

export class Session {
    constructor() {
        this.username = undefined;
        this.role = undefined;
        this.csrf = undefined;
        this.key = sessionStorage.getItem(kept) ?? undefined;
    }

    // A key is sent instead of the session, never with it.
    get headers() {
        if (this.key)
            return {Authorization: `${this.key.includes('.') ? 'Bearer' : 'Token'} ${this.key}`};
        return this.csrf ? {'X-CSRF-Token': this.csrf} : {};
    }

    // What the page calls the one who is signed in; undefined: nobody is.
    get label() {
        if (this.key) return `key ${this.key.slice(0, 9)}…`;
        return this.username && `${this.username} (${this.role})`;
    }

    take(value) {
        this.username = textOf(member(value, 'username'));
        this.role = textOf(member(value, 'role'));
        this.csrf = textOf(member(value, 'csrf_token'));
    }

    forgetKey() {
        sessionStorage.removeItem(kept);
        this.key = undefined;
    }

    // Asks who is signed in. What is known stays when there is no good answer.
    async load() {
        const answer = await ask({method: 'GET', path: '/api/v1/session'}, {});
        if (answer.good) this.take(answer.value);
        return answer;
    }

    // Takes over the session that another tab has begun. Gives whether it is the same person's, so
    // that what was refused may be sent again.
    async renew() {
        const before = this.username;
        await this.load();
        return this.csrf !== undefined && this.username === before;
    }

    // Each gives the answer that decided it.
    async signIn(username, password) {
        const answer = await ask({
            method: 'POST',
            path: '/api/v1/session',
            body: JSON.stringify({username, password}),
            headers: {'Content-Type': 'application/json'},
        },
            {});
        if (answer.good) {
            this.forgetKey();
            this.take(answer.value);
        }
        return answer;
    }

    async useKey(key) {
        this.key = key;
        const answer = await send({method: 'GET', path: '/api/v1/me'}, this);
        // 403: it is one, and does not read.
        if (answer.good || answer.status === 403)
            sessionStorage.setItem(kept, key);
        else
            this.key = undefined;
        return answer;
    }

    // Gives why it failed; '': it did not.
    async signOut() {
        if (this.key) {
            this.forgetKey();
            return '';
        }
        const answer = await send({method: 'DELETE', path: '/api/v1/session'}, this);
        const over = answer.good || answer.status === 401;  // 401: it had ended before
        if (over) this.take(undefined);
        return over ? '' : noteOf(answer) || faultsOf(answer).map(({message}) => message).join(' ');
    }
}
