// Lets schemathesis loose on the API of a fresh Aloe, as an owner: node scripts/schemathesis.mjs SCHEMATHESIS [OPTIONS].
// Every operation of the OpenAPI document is sent valid, broken and hostile input; any answer that the document does not
// promise fails the run.

import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { startAloe } from '../e2e/support/aloe.mjs';

const [program, ...more] = process.argv.slice(2);
const DAY = 86_400_000;

/** One request, with cookies kept in `jar`. */
function ask(aloe, jar, method, path, form) {
  const ca = readFileSync(join(aloe.data, 'tls', 'authority.pem'));
  const cookie = Object.entries(jar).map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const sent = request(aloe.origin + path, { method, ca, headers }, (answer) => {
      for (const line of answer.headers['set-cookie'] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        jar[name] = value;
      }
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    sent.on('error', reject).end(form);
  });
}

/** The cookies of somebody signed in. */
async function signIn(aloe, member) {
  const jar = {};
  const send = async (path, fields) => {
    const page = await ask(aloe, jar, 'GET', path);
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)[1];
    const form = new URLSearchParams({ csrf, ...fields(page.text) }).toString();
    const { status } = await ask(aloe, jar, 'POST', path, form);
    if (status !== 303) throw new Error(`${path} answered ${status}.`);
  };
  await send('/sign-in', () => ({ email: member.email, password: member.password }));
  // The demonstration shows the code that the authenticator app would.
  await send('/sign-in/code', (text) => ({ code: /<b data-code>(\d+)</.exec(text)[1] }));
  return jar;
}

/** Real ids for the addresses, so that valid input meets something, and what a valid document may still be refused for. */
async function settingsFor(aloe, slug, jar) {
  const json = async (path) => JSON.parse((await ask(aloe, jar, 'GET', path)).text);
  const moment = (days) => new Date(Date.now() + days * DAY).toISOString();
  const { services } = await json(`/api/b/${slug}/services`);
  const { bookings } = await json(`/api/o/${slug}/bookings?from=${moment(-7)}&to=${moment(7)}`);
  const access = Object.entries(jar).find(([name]) => name.endsWith('-access'))[1];
  const of = (name, id) => `[[operations]]\ninclude-name = ${JSON.stringify(name)}\nparameters = { "path.id" = ${JSON.stringify(id)} }\n`;
  return `
tls-verify = ${JSON.stringify(join(aloe.data, 'tls', 'authority.pem'))}

[auth.openapi.session]
api_key = ${JSON.stringify(access)}

# A schema cannot say that a check digit is right, that a diary is this organisation's, or that a cancellation has a reason.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

[parameters]
"path.org" = ${JSON.stringify(slug)}
"query.service" = ${JSON.stringify(services[0].id)}

${of('GET /api/o/{org}/bookings/{id}', bookings[0].id)}
${of('GET /api/o/{org}/patients/{id}', bookings.find((booking) => booking.patient).patient)}
`;
}

function run(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: 'inherit' });
    child.once('error', reject).once('exit', (code) => resolve(code ?? 1));
  });
}

// The pace limit would answer most of the requests: it has tests of its own.
const aloe = await startAloe({ options: ['--requests-per-second', '0'] });
let code = 1;
try {
  const practice = JSON.parse(readFileSync(join(aloe.data, 'demo.json'), 'utf8')).organisations[0];
  const jar = await signIn(aloe, practice.members.find((member) => member.role === 'owner'));
  const settings = join(aloe.data, 'schemathesis.toml');
  writeFileSync(settings, await settingsFor(aloe, practice.slug, jar));
  code = await run(program, ['--config-file', settings, 'run', `${aloe.origin}/api/openapi.json`, ...more]);
} finally {
  await aloe.stop();
}
console.log(`test result: ${code === 0 ? 'ok. 1 passed; 0 failed' : 'FAILED. 0 passed; 1 failed'} (schemathesis)`);
process.exitCode = code === 0 ? 0 : 1;
