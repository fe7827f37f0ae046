// The real program on a free port, with a fresh data folder full of synthetic people.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
const program = process.env.ALOE_BINARY ?? join(target, 'debug', 'aloe');

/** Where screenshots and, after a failure, Aloe's log go. */
export const screenshots = join(target, 'screenshots');

/**
 * Starts Aloe and fills it. Everything it needs is in one temporary folder, gone after `stop`.
 * @param {{options?: string[]}} more options of `aloe serve` besides
 * @returns {Promise<{data: string, origin: string, screenshots: string, stop: () => Promise<string>}>} `stop` answers the log
 */
export async function startAloe({ options = [] } = {}) {
  mkdirSync(screenshots, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), 'aloe-e2e-'));
  // PostgreSQL runs as another user when root starts it, and has to get through. The keys lie beside the data.
  chmodSync(home, 0o755);
  const data = join(home, 'data');
  const server = spawn(program, ['--data', data, 'serve', '--listen', '127.0.0.1:0', '--demo', ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own: Ctrl-C at the terminal reaches this script, which stops it in order.
    detached: true,
  });
  const said = listenTo(server);
  try {
    const origin = await said.find(/^Aloe is open at (https:\S+?)\/$/m, 60_000);
    await finish(program, ['--data', data, 'demo', '--organisations', '2', '--patients', '60', '--origin', origin]);
    return { data, origin, screenshots, stop: () => stop(server, said, data) };
  } catch (trouble) {
    const log = await stop(server, said, data);
    throw new Error(`Aloe did not start: ${trouble.message}\n${log}`);
  }
}

/** Collects what a process says on stderr. */
function listenTo(child) {
  const said = { text: '', ended: false, find };
  const ended = new Promise((resolve) => {
    const end = (code, signal) => {
      said.ended = true;
      resolve(`it ended (${code ?? signal})`);
    };
    child.once('exit', end);
    child.once('error', (error) => end(error.message));
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.text += text;
  });
  said.end = () => ended;
  return said;

  function find(pattern, milliseconds) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(said.text);
        if (found) resolve(found[1]);
        return found;
      };
      const timer = setTimeout(() => reject(new Error('it was not ready in time')), milliseconds);
      child.stderr.on('data', () => look() && clearTimeout(timer));
      ended.then((how) => {
        clearTimeout(timer);
        if (!look()) reject(new Error(how));
      });
    });
  }
}

/** Runs `aloe` with these words on a data folder, as an operator does. Answers what it printed. */
export function operate(data, words) {
  return execFileSync(program, ['--data', data, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a command to its end. */
async function finish(command, words) {
  const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = listenTo(child);
  await said.end();
  if (child.exitCode !== 0) throw new Error(`${words.at(2)} failed: ${said.text}`);
}

/** Stops the server by its process id, waits for it and its database, and removes the folder. */
async function stop(server, said, data) {
  if (!said.ended && server.pid !== undefined) {
    process.kill(server.pid, 'SIGTERM');
    const late = setTimeout(() => {
      killDatabase(data);
      process.kill(server.pid, 'SIGKILL');
    }, 30_000);
    await said.end();
    clearTimeout(late);
  }
  rmSync(dirname(data), { recursive: true, force: true, maxRetries: 5 });
  return said.text;
}

/** Ends the database of a server that did not stop in order; its first line of postmaster.pid is its process id. */
function killDatabase(data) {
  try {
    const pid = Number.parseInt(readFileSync(join(data, 'postgres', 'data', 'postmaster.pid'), 'utf8'), 10);
    if (pid > 1) process.kill(pid, 'SIGQUIT');
  } catch {
    // It never started, or is gone.
  }
}
