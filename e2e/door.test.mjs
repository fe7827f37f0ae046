import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe } from './support/axe.mjs';
import { atDoor, fillDoor, member, noScript, organisations, PHONE, screenshot, signIn, visitor } from './support/browser.mjs';

const mismatch = 'The e-mail address and the password do not belong together. Check both.';

/** Where somebody signed in can always go, whatever the roles. */
async function sayWhoIsHere(page) {
  await page.goto('/organisations');
  return page.getByText('You are signed in as').innerText();
}

for (const [index, { kind, members }] of organisations.entries()) {
  for (const role of new Set(members.map((one) => one.role))) {
    test(`a ${role} of a ${kind} signs in by e-mail and password`, async () => {
      const page = await signIn(role, index);
      assert.ok(!atDoor(page));
      assert.ok((await sayWhoIsHere(page)).includes(member(role, index).name));
    });
  }
}

test('a kept session is the same person again', async () => {
  const { name } = member('reception');
  for (const page of [await signIn('reception'), await signIn('reception')]) {
    assert.ok((await sayWhoIsHere(page)).includes(name));
  }
});

test('a wrong password keeps the e-mail and says why', async () => {
  const page = await visitor({ viewport: PHONE });
  await page.goto('/sign-in');
  const { email } = member('practitioner', 0, 1);
  await fillDoor(page, { email, password: 'not the right one' });
  await page.locator('#password-error').filter({ hasText: mismatch }).waitFor();
  assert.equal(await page.getByLabel('E-mail address').inputValue(), email);
  assert.equal(await page.getByLabel('Password').inputValue(), '');
  assert.equal(await page.getByLabel('Password').getAttribute('aria-describedby'), 'password-error');
  await screenshot(page, 'sign-in-wrong');
  await axe(page);
});

test('an address that nobody has is answered like a wrong password', async () => {
  const page = await visitor();
  await page.goto('/sign-in');
  await fillDoor(page, { email: 'nobody@heron.example', password: 'not the right one' });
  await page.locator('#password-error').filter({ hasText: mismatch }).waitFor();
});

test('signing in leads back to the page that was asked for', async () => {
  const page = await visitor();
  await page.goto('/organisations');
  assert.ok(atDoor(page));
  await fillDoor(page, member('practitioner', 0, 1));
  await page.waitForURL('**/organisations');
});

test('signing out ends the session, and going back leads to sign-in', async () => {
  const page = await signIn('reception', 0, { fresh: true });
  await page.goto('/organisations');
  const session = await page.context().cookies();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.goBack();
  await page.waitForURL((url) => url.pathname === '/sign-in' && url.searchParams.get('next') === '/organisations');
  // Somebody who copied the cookies has nothing either.
  await page.context().addCookies(session);
  await page.goto('/organisations');
  assert.ok(atDoor(page));
});

test('signing out ends only the session that was signed out', async () => {
  const here = await signIn('administrator', 0, { fresh: true });
  const there = await signIn('administrator', 0, { fresh: true });
  await here.goto('/organisations');
  await here.getByRole('button', { name: 'Sign out' }).click();
  await here.waitForURL('**/sign-in');
  assert.ok((await sayWhoIsHere(there)).includes(member('administrator').name));
});

test('guessing one account is throttled from every source, and the page says how long to wait', async () => {
  const { email } = member('counter', 1);
  let answer;
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const page = await visitor();
    await page.goto('/sign-in');
    const answered = page.waitForResponse((response) => response.request().method() === 'POST');
    await fillDoor(page, { email, password: `guess number ${attempt}` });
    answer = await answered;
    if (answer.status() === 429) break;
  }
  assert.equal(answer.status(), 429);
  assert.match(answer.headers()['retry-after'], /^[1-9]\d*$/);
});

test('a sign-in form without its token is refused', async () => {
  const page = await visitor();
  await page.goto('/sign-in');
  await page.locator('form input[name=csrf]').evaluate((field) => field.remove());
  await fillDoor(page, member('owner'));
  await page.getByRole('heading', { name: 'This page is too old to send' }).waitFor();
  await page.goto('/organisations');
  assert.ok(atDoor(page));
});

test('signing in and out works with scripts off', async () => {
  const page = await noScript();
  await page.goto('/sign-in');
  await fillDoor(page, { email: member('owner').email, password: 'not the right one' });
  await page.locator('#password-error').waitFor();
  assert.equal(await page.getByLabel('E-mail address').inputValue(), member('owner').email);
  await fillDoor(page, member('owner'));
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  assert.ok((await sayWhoIsHere(page)).includes(member('owner').name));
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
});

test('axe finds nothing on the sign-in page', async () => {
  const page = await visitor({ viewport: PHONE });
  await page.goto('/sign-in');
  await screenshot(page, 'sign-in');
  await axe(page);
});

test('a forgotten password is replaced through a link, from a phone', async () => {
  const { email, password } = member('practitioner', 0, 2);
  const page = await visitor({ viewport: PHONE });
  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail address').fill(email);
  await screenshot(page, 'forgotten');
  await axe(page);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
  await screenshot(page, 'forgotten-asked');
  await axe(page);
  const link = await mailedLink(page, /\/reset\/[\w-]+/);
  await page.goto(link);
  await page.waitForURL('**/reset/choose');
  await page.getByLabel('The new password').fill('qwertyuiop123');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('on the list of those that are tried first').first().waitFor();
  await screenshot(page, 'choose-weak');
  await axe(page);
  await page.getByLabel('The new password').fill(password);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.waitForURL('**/sign-in');
  await page.getByText('Your password is changed').waitFor();
  await screenshot(page, 'sign-in-after-reset');
  await axe(page);
  await page.goto(link);
  await page.getByText('This link was used, or is older').waitFor();
});

/** The link in the newest mail of the demonstration, once it is there. */
async function mailedLink(page, pattern) {
  for (let tries = 0; tries < 40; tries += 1) {
    await page.goto('/outbox');
    const found = pattern.exec(await page.locator('main').innerText());
    if (found) {
      await screenshot(page, 'mail-of-demonstration');
      await axe(page);
      return found[0];
    }
    await page.waitForTimeout(250);
  }
  throw new Error('no such mail came');
}
