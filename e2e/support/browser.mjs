// Headless Chromium and what tests do with it. Contexts are closed after each test, and a test fails when one of its pages
// had a script error, broke the Content-Security-Policy, or asked another host for something.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach } from 'node:test';
import { chromium } from 'playwright-core';
import { screenshots } from './aloe.mjs';
import { ownSource } from './source.mjs';

assert.ok(process.env.ALOE_E2E, 'Browser tests run through run.mjs, which starts Aloe: node run.mjs door');
const { data, origin } = JSON.parse(process.env.ALOE_E2E);
const demo = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'));

/** Address of the running Aloe, without a slash at its end, and its data folder. */
export { data, origin };
/** What `demo.json` says of each organisation: the practice is 0, the public office 1. */
export const organisations = demo.organisations;

/** Sizes that pages are checked at. */
export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1440, height: 900 };

let browser;
let opened = [];

async function launched() {
  browser ??= await chromium.launch({
    handleSIGTERM: false,
    executablePath: process.env.ALOE_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--no-first-run', '--disable-dev-shm-usage',
    ],
  });
  return browser;
}

after(async () => browser?.close());
// Leaving in order takes the browser along; ending on the signal itself would leave it behind.
process.once('SIGTERM', () => process.exit(143));

afterEach(async () => {
  const closing = opened;
  opened = [];
  for (const { context, source } of closing) {
    await context.close();
    source.close();
  }
  const problems = closing.flatMap(({ problems }) => problems);
  assert.deepEqual(problems, [], 'problems that the pages of this test had');
});

/** Watches a context for what no page of Aloe may do. */
function watch(context, problems) {
  context.on('weberror', (event) => problems.push(`script error: ${event.error().message}`));
  context.on('console', (message) => {
    // A refused form answers 422, and the browser calls every such answer an error.
    const answer = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !answer) problems.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob|about):/.test(url)) problems.push(`asked another host: ${url}`);
  });
}

/**
 * A page of somebody who has never been here, from an address of their own.
 * @param {object} [options] what playwright's `newContext` takes; `viewport` is DESK unless told
 */
export async function visitor(options = {}) {
  const source = await ownSource();
  const context = await (await launched()).newContext({
    ignoreHTTPSErrors: true,
    baseURL: origin,
    proxy: { server: source.url },
    viewport: DESK,
    locale: 'en-ZA',
    timezoneId: 'Africa/Johannesburg',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const problems = [];
  watch(context, problems);
  opened.push({ context, source, problems });
  return context.newPage();
}

/** A visitor whose browser runs no scripts. */
export function noScript(options = {}) {
  return visitor({ javaScriptEnabled: false, ...options });
}

/**
 * A sign-in of the demonstration.
 * @param {string} role code of a role, such as `reception`
 * @param {number} [organisation] 0 is the practice, 1 the public office
 * @param {number} [nth] which of several with this role
 * @returns {{role: string, name: string, email: string, password: string}}
 */
export function member(role, organisation = 0, nth = 0) {
  const found = organisations[organisation].members.filter((one) => one.role === role)[nth];
  assert.ok(found, `the demonstration has no ${role} number ${nth} in organisation ${organisation}`);
  return found;
}

/** Types e-mail and password into the sign-in page and sends them, whatever the answer; and the code, where one is asked for. */
export async function fillDoor(page, { email, password }) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await send(page, 'Sign in');
  if (new URL(page.url()).pathname === '/sign-in/code') await fillCode(page, 'Code', 'Sign in');
}

/** Types the code that the demonstration shows, once there is one that was not used. */
export async function fillCode(page, label, button) {
  const path = new URL(page.url()).pathname;
  for (let tries = 0; tries < 5; tries += 1) {
    const shown = page.locator('[data-code]');
    for (let waited = 0; !(await shown.count()) && waited < 40; waited += 1) {
      await page.waitForTimeout(1000);
      await page.reload();
    }
    await page.getByLabel(label, { exact: true }).fill(await shown.innerText());
    await send(page, button);
    // The half minute may end between reading and sending.
    if (!(await page.locator('.errors').count()) || new URL(page.url()).pathname !== path) return;
  }
}

/** Presses a button that sends a form, and waits for the page that answers. */
async function send(page, button) {
  const answered = page.waitForNavigation();
  await page.getByRole('button', { name: button, exact: true }).click();
  await answered;
}

/**
 * A page of somebody signed in, at the calendar. The session is kept for later tests, since signing in is throttled by
 * account: a test that ends or changes the session asks for a fresh one.
 * @param {string} role code of a role
 * @param {number} [organisation] 0 is the practice, 1 the public office
 * @param {object} [options] `fresh`: a session of its own; `nth`: which of several with this role; else as `visitor`
 */
export async function signIn(role, organisation = 0, { fresh = false, nth = 0, ...options } = {}) {
  const who = member(role, organisation, nth);
  const calendar = `/o/${organisations[organisation].slug}/calendar`;
  const kept = join(data, `session-${who.email}.json`);
  const known = !fresh && existsSync(kept);
  const page = await visitor(known ? { storageState: kept, ...options } : options);
  await page.goto(calendar);
  if (atDoor(page)) {
    await fillDoor(page, who);
    await page.waitForURL((url) => url.pathname !== '/sign-in');
  }
  // The tokens of a kept session may have been renewed just now, and a spent one would end it.
  if (!fresh) await page.context().storageState({ path: kept });
  return page;
}

/** Whether a page was led to sign-in. */
export function atDoor(page) {
  return new URL(page.url()).pathname === '/sign-in';
}

/**
 * Saves what a page looks like, whole, as `target/screenshots/NAME.png`.
 * @param {import('playwright-core').Page} page
 * @param {string} name small letters and hyphens
 */
export async function screenshot(page, name) {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}
