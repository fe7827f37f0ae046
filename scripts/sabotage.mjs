// Switches single safeguards off and succeeds only when the tests named for them go red:
//   node scripts/sabotage.mjs ID|SAFEGUARD|all
// docs/sabotage.tsv names the tests. Each runs twice with the same build: untouched, where it has to be green, so that a test
// that fails anyway proves nothing; and with ALOE_BREAK set, where it has to be red.

import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'sabotage');
const logs = join(target, 'logs');
const COLUMNS = ['id', 'safeguard', 'kind', 'package', 'tests'];

function fail(sentence) {
  console.error(`test: ${sentence}`);
  process.exit(1);
}

/** The rows of docs/sabotage.tsv. */
function readRows() {
  const lines = readFileSync(join(root, 'docs/sabotage.tsv'), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const cells = line.split('\t');
    const row = Object.fromEntries(COLUMNS.map((name, at) => [name, cells[at]?.trim() ?? '']));
    const good = cells.length === COLUMNS.length && Object.values(row).every(Boolean) && ['rust', 'e2e'].includes(row.kind);
    return good ? [row] : fail(`docs/sabotage.tsv, line ${index + 1}: ${COLUMNS.join(', ')} are needed, separated by tabs.`);
  });
}

/** Ids in the table of docs/promises.md whose row names a sabotage or is marked kept, or kept in part. */
function promised() {
  const file = join(root, 'docs/promises.md');
  if (!existsSync(file)) return null;
  const rows = readFileSync(file, 'utf8').split('\n').filter((line) => /^\|\s*[PN]\d+\s*\|/.test(line));
  const cells = rows.map((line) => line.split('|').map((cell) => cell.trim()));
  const kept = cells.filter((row) => row.some((cell) => /^(kept|in part)\b/.test(cell)) || row.join('|').includes('sabotage:'));
  return new Set(kept.map((row) => row[1]));
}

/** What docs/promises.md and docs/sabotage.tsv say differently. */
function disagreements(rows) {
  const ids = new Set(rows.map((row) => row.id));
  const kept = promised();
  if (kept === null) return ['docs/promises.md is missing'];
  const without = [...kept].filter((id) => !ids.has(id)).map((id) => `${id} is promised as kept or in part, but has no sabotage`);
  const unpromised = [...ids].filter((id) => !kept.has(id)).map((id) => `${id} has a sabotage, but docs/promises.md does not say so`);
  return [...without, ...unpromised];
}

function cargo(words) {
  const env = { ...process.env, CARGO_TARGET_DIR: target };
  const done = spawnSync('cargo', words, { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status !== 0) fail('the build with the feature sabotage failed.');
  return done.stdout;
}

/** Builds everything once; answers the test programs by package, and the program itself. */
function build() {
  console.log('building with the feature sabotage');
  const out = cargo(['build', '--locked', '--workspace', '--all-targets', '--features', 'aloe/sabotage', '--message-format', 'json-render-diagnostics']);
  const programs = new Map();
  for (const line of out.split('\n').filter(Boolean)) {
    const made = JSON.parse(line);
    if (made.reason !== 'compiler-artifact' || !made.executable || !made.profile.test) continue;
    const folder = dirname(made.manifest_path);
    const name = /#(?:(.*)@)?[^@]*$/.exec(made.package_id)?.[1] ?? folder.split('/').at(-1);
    programs.set(name, [...(programs.get(name) ?? []), { file: made.executable, folder }]);
  }
  return programs;
}

/** Adds up the lines that count tests. */
function tally(output) {
  const lines = [...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed/gm)];
  const sum = (column) => lines.reduce((total, line) => total + Number(line[column]), 0);
  return { passed: sum(1), failed: sum(2) };
}

/** Runs the tests of a row; a safeguard of null is the control. */
function runTests(row, programs, safeguard) {
  const env = { ...process.env, ALOE_BINARY: join(target, 'debug/aloe') };
  delete env.ALOE_BREAK;
  if (safeguard !== null) env.ALOE_BREAK = safeguard;
  const log = join(logs, `${row.safeguard}-${row.kind}-${safeguard === null ? 'whole' : 'broken'}.txt`);
  // A file, not a pipe: a process that a failed test left behind would keep a pipe open.
  const said = openSync(log, 'w');
  const options = { env, timeout: 900_000, stdio: ['ignore', said, said] };
  if (row.kind === 'e2e') {
    spawnSync('node', ['run.mjs', row.package, row.tests], { ...options, cwd: join(root, 'e2e') });
  } else {
    const found = programs.get(row.package) ?? fail(`no package ${row.package} has tests.`);
    for (const { file, folder } of found) spawnSync(file, row.tests.split(/\s+/), { ...options, cwd: folder });
  }
  closeSync(said);
  return tally(readFileSync(log, 'utf8'));
}

/** One row: what the tests said whole and broken, and the verdict. */
function check(row, programs) {
  const whole = runTests(row, programs, null);
  if (whole.passed === 0 && whole.failed === 0) return { whole, verdict: 'NO TEST has such a name' };
  if (whole.failed > 0 || whole.passed === 0) return { whole, verdict: 'RED BEFORE anything was broken' };
  const broken = runTests(row, programs, row.safeguard);
  return { whole, broken, verdict: broken.failed > 0 ? 'red, as it should be' : 'NOTICED NOTHING' };
}

const words = ({ passed, failed } = {}) => (passed === undefined ? '' : `${passed} passed, ${failed} failed`);

function print(results) {
  const table = [['promise', 'safeguard off', 'tests', 'whole', 'broken', 'verdict']];
  for (const { row, whole, broken, verdict } of results) {
    table.push([row.id, row.safeguard, `${row.kind} ${row.package}: ${row.tests}`, words(whole), words(broken), verdict]);
  }
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
  console.log('');
  for (const line of table) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
}

function main(wanted) {
  const rows = readRows();
  const chosen = rows.filter((row) => wanted === 'all' || row.id === wanted || row.safeguard === wanted);
  if (chosen.length === 0) fail(`no sabotage of ${wanted} is named in docs/sabotage.tsv.`);
  const gaps = wanted === 'all' ? disagreements(rows) : [];
  mkdirSync(logs, { recursive: true });
  const programs = build();
  if (chosen.some((row) => row.kind === 'e2e') && !existsSync(join(root, 'e2e/node_modules'))) {
    spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: join(root, 'e2e'), stdio: 'inherit' });
  }
  const results = chosen.map((row) => {
    console.log(`breaking ${row.id} (${row.safeguard}): ${row.tests}`);
    return { row, ...check(row, programs) };
  });
  print(results);
  for (const gap of gaps) console.log(gap);
  const red = results.filter(({ verdict }) => verdict.startsWith('red')).length;
  console.log(`\n${red} of ${results.length} sabotages were noticed. Logs are in ${logs}.`);
  process.exitCode = red === results.length && gaps.length === 0 ? 0 : 1;
}

main(process.argv[2] ?? 'all');
