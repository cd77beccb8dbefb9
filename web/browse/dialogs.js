// Signing in and out, and asking before something is deleted.
import {faultsOf, noteOf} from './api.js';
import {button, byId, element, replace} from './dom.js';

// Who is signed in, the button that changes it, and why that failed.
export function showWho(session, {signIn, signOut, trouble}) {
    const out = button(session.key ? 'Forget the key' : 'Sign out', signOut);
    const into = button('Sign in', signIn);
    replace(byId('who'), session.label ? [element('span', {}, session.label), out] : [into],
        trouble && element('p', {class: 'error', role: 'alert'}, trouble));
}

// Binds the sign-in dialog; gives what opens it. `done` is called when somebody is signed in.
export function bindSignIn(session, done) {
    const dialog = byId('sign-in');
    const bind = (form, act) => form.addEventListener('submit', async (event) => {
        event.preventDefault();
        const [error] = form.getElementsByClassName('error');
        const submit = form.querySelector('.primary');
        submit.disabled = true;
        const answer = await act(new FormData(form));
        submit.disabled = false;
        if (!answer.good && answer.status !== 403) {
            const told = faultsOf(answer).map(({message}) => message).join(' ');
            error.textContent = answer.status === 401 ? told : noteOf(answer) || told;
            form.querySelector('input').focus();
            return;
        }
        error.textContent = '';
        form.reset();
        dialog.close();
        await done();
    });
    bind(byId('sign-in-password'),
        (data) => session.signIn(data.get('username'), data.get('password')));
    bind(byId('sign-in-key'), (data) => session.useKey(data.get('key').trim()));
    dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
    return () => dialog.showModal();
}

// Asks; gives whether the answer is yes.
export function askToDelete({title, text}) {
    const dialog = byId('confirm');
    byId('confirm-title').textContent = title;
    byId('confirm-text').textContent = text;
    dialog.returnValue = 'no';
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), {once: true});
    });
}
