// The desk and the office with scripts off: every flow works, only drag and live update do not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { member, noScript, organisations, signIn, visitor } from './support/browser.mjs';
import { freshName, freshPhone, messagesTo, register, staff } from './support/day.mjs';

const PLAIN = { javaScriptEnabled: false };
const freshSurname = () => freshName().split(' ')[1];

test('somebody is registered, found and corrected with scripts off', async () => {
  const page = await signIn('reception', 0, PLAIN);
  const [surname, phone] = [freshSurname(), freshPhone()];
  await register(page, { given: 'Nandi', surname, phone });
  await page.getByText('Registered as file').waitFor();
  await page.goto(staff('/patients'));
  await page.getByLabel('Find a patient').fill(phone);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.getByRole('heading', { name: new RegExp(surname) }).waitFor();
  await page.getByRole('link', { name: /^Correct|^Edit|^Change/ }).first().click();
  await page.getByLabel('Address').fill('12 Example Street');
  await page.getByRole('button', { name: /^Save/ }).click();
  await page.getByText('12 Example Street').waitFor();
});

test('two files are merged and parted again with scripts off', async () => {
  const page = await signIn('reception', 0, PLAIN);
  const [surname, other] = [freshSurname(), freshSurname()];
  await register(page, { given: 'Palesa', surname: other });
  await page.getByText('Registered as file').waitFor();
  await register(page, { given: 'Palesa', surname });
  await page.getByText('Registered as file').waitFor();
  await page.getByRole('link', { name: 'Same person as another file' }).click();
  await page.getByLabel('Find the other file').fill(other);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.getByRole('button', { name: /^Merge into file/ }).click();
  await page.getByRole('heading', { name: 'Merged into this file' }).waitFor();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByRole('heading', { name: 'Merged into this file' }).waitFor({ state: 'detached' });
});

test('a colleague is invited, joins, and is given and taken roles with scripts off', async () => {
  const owner = await signIn('owner', 0, PLAIN);
  const [name, email] = [freshName(), `q${Math.random().toString(36).slice(2, 10)}@colleagues.example`];
  await owner.goto(staff('/team'));
  const form = owner.locator('#invite form');
  await form.getByLabel('Name', { exact: true }).fill(name);
  await form.getByLabel('E-mail address').fill(email);
  await form.locator('input[name=role][value=reception]').check();
  await form.getByRole('button', { name: 'Send invitation' }).click();
  await owner.getByText(`${name} is invited.`).waitFor();
  const [mail] = await messagesTo(email);
  const joining = await noScript();
  await joining.goto(new URL(/https:\/\/\S+\/invitation\/\S+/.exec(mail)[0]).pathname);
  await joining.getByLabel('Choose a password').fill('four unrelated green words');
  await joining.getByRole('button', { name: 'Join' }).click();
  await joining.waitForURL(/\/calendar/);
  await owner.goto(staff('/team'));
  const row = owner.getByRole('row').filter({ hasText: name });
  await row.locator('summary').click();
  await row.locator('input[name=role][value=administrator]').check();
  await row.getByRole('button', { name: 'Save' }).click();
  await owner.getByText("It holds from their next click.").waitFor();
  const answer = await joining.goto(staff('/settings'));
  assert.equal(answer.status(), 200);
});

test('settings are saved, a closure is added and removed, and the trail filtered with scripts off', async () => {
  const owner = await signIn('owner', 0, PLAIN);
  await owner.goto(staff('/settings/booking'));
  await owner.getByLabel('Words at the top').fill('Welcome, ring the bell');
  await owner.getByRole('button', { name: /^Save/ }).click();
  await owner.getByText('Saved.').waitFor();
  await owner.goto(staff('/settings/closures'));
  await owner.getByLabel('First day').fill('2031-05-05');
  await owner.getByLabel('Why', { exact: true }).fill('Painting');
  await owner.getByRole('button', { name: /^Add/ }).click();
  const closure = owner.getByRole('listitem').filter({ hasText: 'Painting' });
  await closure.locator('summary').click();
  await closure.getByRole('button', { name: 'Remove it' }).click();
  await closure.waitFor({ state: 'detached' });
  await owner.goto(staff('/trail'));
  await owner.getByLabel('Act').selectOption({ label: 'Changed' });
  await owner.getByRole('button', { name: 'Show' }).click();
  await owner.getByText('ring the bell').first().waitFor();
});

test('the trail is filtered by the number of a file, and says when there is none', async () => {
  const owner = await signIn('owner', 0, PLAIN);
  const surname = freshSurname();
  await register(owner, { given: 'Refilwe', surname });
  const file = /Registered as file (\d+)/.exec(await owner.locator('main').innerText())[1];
  await owner.goto(staff('/trail'));
  await owner.getByLabel('File number').fill(file);
  await owner.getByRole('button', { name: 'Show' }).click();
  await owner.getByText('Only what concerns one patient.').waitFor();
  for (const row of await owner.locator('tbody tr').allInnerTexts()) assert.ok(row.includes(surname), row);
  await owner.getByLabel('File number').fill('99999999');
  await owner.getByRole('button', { name: 'Show' }).click();
  await owner.locator('#file-error').waitFor();
  assert.equal(await owner.locator('tbody tr').count(), 0);
});

test('somebody of two organisations switches between them with scripts off', async () => {
  const office = await signIn('owner', 1, PLAIN);
  const who = member('administrator', 0);
  await office.goto(staff('/team', 1));
  if ((await office.getByRole('row').filter({ hasText: who.email }).count()) === 0) {
    const form = office.locator('#invite form');
    await form.getByLabel('Name', { exact: true }).fill(who.name);
    await form.getByLabel('E-mail address').fill(who.email);
    await form.locator('input[name=role][value=manager]').check();
    await form.getByRole('button', { name: 'Send invitation' }).click();
    const [mail] = await messagesTo(who.email, 1);
    const joining = await visitor(PLAIN);
    await joining.goto(new URL(/https:\/\/\S+\/invitation\/\S+/.exec(mail)[0]).pathname);
    await joining.getByRole('button', { name: 'Join' }).click();
  }
  const page = await signIn('administrator', 0, { ...PLAIN, fresh: true });
  for (const { name } of [organisations[1], organisations[0]]) {
    await page.goto('/organisations');
    await page.getByRole('link', { name: new RegExp(name) }).click();
    await page.waitForURL(/\/calendar/);
    await page.locator('a.org').filter({ hasText: name }).waitFor();
  }
});
