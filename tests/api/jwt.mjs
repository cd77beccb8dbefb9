// JWTs as pyjwt makes them, by node's crypto: another implementation than the program's.
import {createHmac, sign as signWith} from 'node:crypto';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
export const seconds = (offset = 0) => Math.floor(Date.now() / 1000) + offset;

// A token with these claims. `key`: a secret, or a private key for RS256 and EdDSA.
export function jwt(claims, key, {alg = 'HS256', header = {}} = {}) {
    const text = `${encode({alg, typ: 'JWT', ...header})}.${encode(claims)}`;
    const bits = `sha${alg.slice(2)}`;
    const signature = alg.startsWith('HS') ? createHmac(bits, key).update(text).digest()
        : alg === 'none' ? Buffer.alloc(0)
            : signWith(alg === 'EdDSA' ? null : bits, Buffer.from(text), key);
    return `${text}.${signature.toString('base64url')}`;
}

export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
export const bearer = (token) => ({token: null, headers: {authorization: `Bearer ${token}`}});
