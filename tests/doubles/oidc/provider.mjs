// The certified OpenID provider of npm on this machine, for one client: node provider.mjs FOLDER PORT BACK.
// FOLDER has node_modules, BACK is where people are sent back to. Whoever signs in is the address that they
// type; POST /rotate has it sign by another key from now on, and know the one before no more.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, port, back] = process.argv.slice(2);
const found = createRequire(join(folder, 'here.js')).resolve('oidc-provider');
const { default: Provider } = await import(pathToFileURL(found));
let rotated = 0;

function offered() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: 'jwk' }), kid: `key-${rotated}`, use: 'sig', alg: 'RS256' };
  return new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: 'slaflow', client_secret: 's'.repeat(40), redirect_uris: [back] }],
    jwks: { keys: [key] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['of no secret'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: id, email_verified: true, name: 'Somebody' }),
    }),
  }).callback();
}

let answer = offered();
createServer((request, response) => {
  if (request.url === '/rotate') {
    rotated += 1;
    answer = offered();
    response.end();
  } else {
    answer(request, response);
  }
}).listen(Number(port), '127.0.0.1');
