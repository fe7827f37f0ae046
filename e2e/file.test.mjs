import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { axe } from './support/axe.mjs';
import { fillDoor, member, PHONE, screenshot, signIn } from './support/browser.mjs';
import { bookAtDesk, boxOf, freshName, register, staff, weekday } from './support/day.mjs';

let hour = 8;

/** Reception registers somebody, books them with the first practitioner, and they arrive. Answers where the booking is. */
async function arrived() {
  const desk = await signIn('reception');
  const surname = freshName().split(' ')[1];
  await register(desk, { given: 'Zanele', surname, born: '1986-03-14' });
  await desk.getByText('Registered as file').waitFor();
  const patient = new URL(desk.url()).pathname;
  await desk.getByRole('link', { name: /^Book/ }).click();
  await desk.getByLabel('With').selectOption({ label: member('practitioner').name });
  await desk.getByLabel('Date').fill(weekday(150));
  await desk.getByLabel('Start').fill(`${String(hour).padStart(2, '0')}:00`);
  hour += 1;
  await desk.getByRole('button', { name: /^Book/ }).click();
  const panel = desk.locator('aside.panel');
  await panel.getByRole('button', { name: /^Arrived/ }).click();
  await panel.getByRole('button', { name: /^Call in/ }).waitFor();
  const booking = desk.url();
  assert.equal(await panel.getByRole('button', { name: /^Open file/ }).count(), 0, 'reception opens no file');
  await desk.context().close();
  return { name: `Zanele ${surname}`, surname, patient, booking };
}

/** The practitioner's page of a new consultation with somebody who has arrived. */
async function consulting(options = {}) {
  const who = await arrived();
  const page = await signIn('practitioner', 0, options);
  await page.goto(who.booking);
  await page.locator('aside.panel').getByRole('button', { name: /^Open file/ }).click();
  await page.getByLabel('Subjective').waitFor();
  return { ...who, page };
}

const saved = (page) => page.locator('[data-save-status]').filter({ hasText: /^Saved \d\d:\d\d:\d\d$/ }).waitFor();

test('the practitioner opens the file of somebody who has arrived, which calls them in', async () => {
  const { page, name, booking } = await consulting();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByText('born 14 March 1986').waitFor();
  await page.goto(booking);
  await page.locator('aside.panel').getByText(/With practitioner/).waitFor();
  await boxOf(page, name).getByText(/With practitioner/).waitFor();
});

test('a note is saved while it is typed, and survives a tab that is closed at once', async () => {
  const { page } = await consulting();
  await page.getByLabel('Subjective').fill('Cough for three days');
  await saved(page);
  await screenshot(page, 'file-write');
  await axe(page);
  const url = page.url();
  await page.getByLabel('Plan').fill('Rest, fluids, back on Friday');
  const next = await page.context().newPage();
  await page.close({ runBeforeUnload: false });
  await next.waitForTimeout(1000);
  await next.goto(url);
  await next.getByText('Draft, resumed').waitFor();
  assert.equal(await next.getByLabel('Subjective').inputValue(), 'Cough for three days');
  assert.equal(await next.getByLabel('Plan').inputValue(), 'Rest, fluids, back on Friday');
  await screenshot(next, 'file-resumed');
});

test('what was typed is there five seconds later, though the browser was killed in the middle of a word', async () => {
  const { page } = await consulting();
  const server = await chromium.launchServer({ executablePath: process.env.ALOE_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  try {
    const browser = await chromium.connect(server.wsEndpoint());
    const context = await browser.newContext({ ignoreHTTPSErrors: true, storageState: await page.context().storageState() });
    const doomed = await context.newPage();
    await doomed.goto(page.url());
    await doomed.getByLabel('Plan').click();
    await doomed.keyboard.type('Known words. ');
    const typed = Date.now();
    // No pause in which it would save by itself.
    while (Date.now() - typed < 5000) await doomed.keyboard.type('more ', { delay: 40 });
  } finally {
    server.process().kill('SIGKILL');
  }
  await page.reload();
  assert.match(await page.getByLabel('Plan').inputValue(), /^Known words\. more /);
});

test('leaving for another page at once keeps what was typed', async () => {
  const { page, patient } = await consulting();
  const url = page.url();
  page.on('dialog', (dialog) => dialog.accept());
  await page.getByLabel('Objective').fill('Chest clear');
  await page.goto(patient);
  await page.waitForTimeout(500);
  await page.goto(url);
  assert.equal(await page.getByLabel('Objective').inputValue(), 'Chest clear');
});

test('of two windows the older one is told of the conflict and overwrites nothing', async () => {
  const { page } = await consulting();
  const url = page.url();
  await page.getByLabel('Subjective').fill('First window');
  await saved(page);
  const second = await page.context().newPage();
  await second.goto(url);
  await second.getByLabel('Assessment').fill('Second window');
  await saved(second);
  await page.getByLabel('Subjective').fill('First window, typed later');
  const notice = page.getByRole('heading', { name: 'This note was changed somewhere else' });
  await notice.waitFor();
  await page.getByText('Not saved: changed elsewhere').waitFor();
  assert.equal(await page.getByLabel('Subjective').inputValue(), 'First window, typed later', 'what was typed stays');
  const advice = await page.locator('[data-conflict]').innerText();
  assert.ok(!/reload/i.test(advice), `reloading would lose what was typed: ${advice}`);
  await screenshot(page, 'file-conflict');
  await axe(page);
  await second.reload();
  assert.equal(await second.getByLabel('Subjective').inputValue(), 'First window');
  assert.equal(await second.getByLabel('Assessment').inputValue(), 'Second window');
  // Going to sign from the older window must not overwrite either.
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.waitForURL(/\/review$/);
  await notice.waitFor();
  assert.equal(await page.getByLabel('Subjective').inputValue(), 'First window, typed later', 'and stays still');
  await second.reload();
  assert.equal(await second.getByLabel('Subjective').inputValue(), 'First window');
});

test('a note that could not be saved says so, and is saved once the connection is back', async () => {
  const { page } = await consulting();
  await page.context().setOffline(true);
  await page.getByLabel('Subjective').fill('Typed without a connection');
  await page.getByText('Not saved, trying again').waitFor();
  await page.context().setOffline(false);
  await saved(page);
  await page.reload();
  assert.equal(await page.getByLabel('Subjective').inputValue(), 'Typed without a connection');
});

test('a note typed after the session ended is saved once its author has signed in again in another tab', async () => {
  const { page } = await consulting({ fresh: true });
  const url = page.url();
  await page.getByLabel('Subjective').fill('Before the session ended');
  await saved(page);
  const other = await page.context().newPage();
  await other.goto(url);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.waitForURL((at) => at.pathname === '/sign-in');
  await page.getByLabel('Plan').fill('Typed while signed out');
  await page.getByText(/Signed out. Sign in in another tab/).waitFor();
  await page.getByText('Not saved, trying again').waitFor();
  await fillDoor(other, member('practitioner'));
  await other.waitForURL((at) => at.pathname !== '/sign-in');
  await saved(page);
  await other.goto(url);
  assert.equal(await other.getByLabel('Plan').inputValue(), 'Typed while signed out');
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.waitForURL(/\/review$/);
  await page.getByText('Typed while signed out').first().waitFor();
});

test('a page that stays open does not go on for somebody else', async () => {
  const { page } = await consulting({ fresh: true });
  const url = page.url();
  const other = await page.context().newPage();
  await other.goto(url);
  await other.getByRole('button', { name: 'Sign out' }).click();
  await other.waitForURL((at) => at.pathname === '/sign-in');
  await page.getByLabel('Plan').fill('By the first practitioner');
  await page.getByText(/Signed out. Sign in in another tab/).waitFor();
  await fillDoor(other, member('owner'));
  await other.waitForURL((at) => at.pathname !== '/sign-in');
  await page.waitForTimeout(5000);
  assert.match(await page.locator('[data-save-status]').innerText(), /Not saved/);
  assert.equal(await page.getByLabel('Plan').inputValue(), 'By the first practitioner', 'and stays to be copied');
});

test('an empty note cannot be signed, a short one says what is left empty', async () => {
  const { page } = await consulting();
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.getByText('An empty note cannot be signed.').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Sign note/ }).count(), 0);
  await axe(page);
  await page.getByRole('link', { name: /^Go on writing/ }).click();
  await page.getByLabel('Assessment').fill('Viral infection');
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.getByText(/Subjective, Objective, Plan/).waitFor();
});

test('a note is reviewed and signed, then only amended, and both stand', async () => {
  const { page, patient, name } = await consulting();
  const text = 'Sore throat <b>since</b> Monday & "worse"\n\n  indented line';
  await page.getByLabel('Subjective').fill(text);
  await page.getByLabel('Plan').fill('Gargle');
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.getByRole('heading', { name: 'Review before signing' }).waitFor();
  await page.getByText('Signing as').filter({ hasText: member('practitioner').name }).waitFor();
  await screenshot(page, 'file-review');
  await axe(page);
  await page.getByRole('button', { name: /^Sign note/ }).click();
  await page.getByText('Signed, cannot be changed').waitFor();
  const stands = page.locator('article.signed .prose').first();
  assert.equal(await stands.evaluate((prose) => prose.textContent), text, 'exactly as typed');
  assert.equal(await page.getByLabel('Subjective').count(), 0);
  await screenshot(page, 'file-signed');
  await axe(page);

  await page.getByRole('button', { name: 'Sign the amendment' }).click();
  await page.locator('#text-error').waitFor();
  await page.locator('#reason-error').waitFor();
  await axe(page);
  await page.getByLabel('Amendment', { exact: true }).fill('Swab was positive');
  await page.getByLabel('Reason').fill('A result came in');
  await page.getByRole('button', { name: 'Sign the amendment' }).click();
  await page.getByRole('heading', { name: /^Amendment, / }).waitFor();
  await page.getByText('Reason: A result came in').waitFor();
  assert.equal(await stands.evaluate((prose) => prose.textContent), text, 'the signed text is the same');
  await screenshot(page, 'file-amended');
  await axe(page);

  await page.goto(`${patient}/file`);
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByText(/· signed/).waitFor();
  await screenshot(page, 'file');
  await axe(page);
});

test('signing the same note twice from two windows leaves one signed note', async () => {
  const { page } = await consulting();
  await page.getByLabel('Subjective').fill('Once');
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.getByRole('button', { name: /^Sign note/ }).waitFor();
  const second = await page.context().newPage();
  await second.goto(page.url());
  await page.getByRole('button', { name: /^Sign note/ }).click();
  await page.getByText('Signed, cannot be changed').waitFor();
  await second.getByRole('button', { name: /^Sign note/ }).click();
  await second.getByRole('heading', { level: 1 }).waitFor();
  await second.getByText('Signed, cannot be changed').or(second.getByText(/saved first|cannot be done/)).first().waitFor();
  await page.reload();
  assert.equal(await page.locator('article.signed .prose').count(), 1);
});

test('the older window of a note that was signed meanwhile is told, and changes nothing', async () => {
  const { page } = await consulting();
  const url = page.url();
  await page.getByLabel('Subjective').fill('To be signed');
  await saved(page);
  const second = await page.context().newPage();
  await second.goto(url);
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.getByRole('button', { name: /^Sign note/ }).click();
  await page.getByText('Signed, cannot be changed').waitFor();
  await second.getByLabel('Plan').fill('Too late');
  await second.locator('[data-save-status]').filter({ hasText: /Not saved: changed elsewhere/ }).waitFor();
  await page.reload();
  assert.ok(!(await page.content()).includes('Too late'));
});

test('writing, saving and signing work with scripts off', async () => {
  const { page } = await consulting({ javaScriptEnabled: false });
  await page.getByLabel('Subjective').fill('Without a script');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Draft, resumed').waitFor();
  assert.equal(await page.getByLabel('Subjective').inputValue(), 'Without a script');
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.getByRole('button', { name: /^Sign note/ }).click();
  await page.getByText('Signed, cannot be changed').waitFor();
});

test('with scripts off a conflict keeps both texts', async () => {
  const { page } = await consulting({ javaScriptEnabled: false });
  const second = await page.context().newPage();
  await second.goto(page.url());
  await second.getByLabel('Plan').fill('Second window');
  await second.getByRole('button', { name: 'Save', exact: true }).click();
  await second.getByText('Draft, resumed').waitFor();
  await page.getByLabel('Plan').fill('First window, a long text');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('First window, a long text').waitFor();
});

test('opening a file is on the trail, and the file leads there', async () => {
  const { page, name } = await consulting();
  await page.getByRole('link', { name: 'Who opened this file' }).click();
  await page.getByRole('row').filter({ hasText: 'Opened the clinical file' }).filter({ hasText: member('practitioner').name }).first().waitFor();
  await page.getByText(name).first().waitFor();
});

test('a note is written on a phone', async () => {
  const { page } = await consulting({ viewport: PHONE });
  await page.getByLabel('Subjective').fill('On a phone');
  await saved(page);
  await screenshot(page, 'file-phone');
});

test('in the office there is no clinical record', async () => {
  const page = await signIn('manager', 1);
  await page.goto(staff('/patients', 1));
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(staff('/patients/00000000-0000-7000-8000-000000000000/file', 1));
  await page.getByRole('heading', { name: 'Your roles do not allow this' }).waitFor();
});
