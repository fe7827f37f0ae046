// Runs the browser tests against one fresh Aloe: node run.mjs [WORDS OF A TEST'S NAME | FILE]...
// A word that names a file (door or door.test.mjs) chooses the file; any other filters by the name of the test.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { startAloe } from './support/aloe.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const all = readdirSync(here).filter((name) => name.endsWith('.test.mjs')).sort();

/** Tells the files from the words among the arguments. */
function choose(words) {
  const fileOf = (word) => all.find((name) => name === word || name === `${word}.test.mjs`);
  const files = words.map(fileOf).filter(Boolean);
  const patterns = words.filter((word) => !fileOf(word)).map((word) => new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i'));
  return { files: (files.length > 0 ? files : all).map((name) => join(here, name)), patterns };
}

/** Counts tests, not the files and suites around them. */
function count(stream, tally) {
  const leaf = (data) => data.details?.type !== 'suite' && !data.name.endsWith('.test.mjs');
  stream.on('test:pass', (data) => {
    if (leaf(data) && data.skip === undefined && data.todo === undefined) tally.passed += 1;
  });
  // A file that cannot be read fails under its own name: that counts.
  stream.on('test:fail', (data) => {
    if (data.details?.type !== 'suite') tally.failed += 1;
  });
}

/** Lines of a log with something personal or secret: what the tests typed, and what is made for people. */
function personal(log) {
  const secrets = [
    /\bQ[aeioklmnst]{7}\b/, // a surname that a test made
    /(\+27|\b0)\d{2}[ -]?\d{3}[ -]?\d{4}\b/, // a phone number
    /\b\d{13}\b/, // an ID number
    /[\w.-]+@[\w.-]+\.example/, // an e-mail address
    /\/m\/[\w-]{20,}|\/invitation\/[\w-]{20,}/, // a link that opens something
    /password|Bearer |code is \d/i,
  ];
  return log.split('\n').filter((line) => secrets.some((secret) => secret.test(line)));
}

async function main() {
  if (Number.parseInt(process.versions.node, 10) < 20) throw new Error(`Node.js 20 or newer is needed, not ${process.version}.`);
  const { files, patterns } = choose(process.argv.slice(2));
  const tally = { passed: 0, failed: 0 };
  const aloe = await startAloe();
  const abort = new AbortController();
  const stopEarly = (signal) => () => {
    abort.abort();
    aloe.stop().finally(() => process.exit(128 + signal));
  };
  process.once('SIGINT', stopEarly(2));
  process.once('SIGTERM', stopEarly(15));
  try {
    process.env.ALOE_E2E = JSON.stringify({ data: aloe.data, origin: aloe.origin });
    const stream = run({ files, concurrency: 1, timeout: 300_000, signal: abort.signal, ...(patterns.length > 0 && { testNamePatterns: patterns }) });
    count(stream, tally);
    const printed = stream.compose(spec);
    printed.pipe(process.stdout, { end: false });
    await new Promise((resolve, reject) => printed.once('end', resolve).once('error', reject));
  } finally {
    const log = await aloe.stop();
    const leaked = personal(log);
    if (leaked.length > 0) {
      console.log(`✖ the log of Aloe holds what nobody may read there:\n${leaked.join('\n')}`);
      tally.failed += 1;
    } else if (patterns.length === 0) {
      tally.passed += 1;
      console.log(`✔ in ${log.split('\n').length} lines the log of Aloe names nobody`);
    }
    if (tally.failed > 0) {
      writeFileSync(join(aloe.screenshots, 'aloe.log'), log);
      console.log(`What Aloe said meanwhile is in ${join(aloe.screenshots, 'aloe.log')}.`);
    }
  }
  if (tally.passed + tally.failed === 0) {
    console.error('No test has such a name.');
    tally.failed = 1;
  }
  console.log(`test result: ${tally.failed === 0 ? 'ok' : 'FAILED'}. ${tally.passed} passed; ${tally.failed} failed (browser)`);
  process.exitCode = tally.failed === 0 ? 0 : 1;
}

await main();
