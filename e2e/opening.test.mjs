import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operate } from './support/aloe.mjs';
import { axe } from './support/axe.mjs';
import { data, fillCode, PHONE, screenshot, visitor } from './support/browser.mjs';
import { freshName, freshPhone, sendPin } from './support/day.mjs';

const slug = `q${Math.random().toString(36).slice(2, 10)}`;
const here = (rest) => `/o/${slug}${rest}`;

/** Fills the form of a settings page and saves it. */
async function settle(page, name, values, button) {
  await page.goto(here(`/settings/${name}`));
  const form = page.locator('form[data-dirty]');
  for (const [label, value] of Object.entries(values)) await form.getByLabel(label, { exact: true }).first().fill(value);
  await form.getByRole('button', { name: button }).click();
  await page.locator('.flash').waitFor();
}

test('a new practice comes into being, is set up from its list, and takes its first booking', async () => {
  const words = ['organisation', 'create', '--name', 'Protea Rooms', '--slug', slug, '--owner-email', `${slug}@owners.example`, '--owner-name', 'Naledi Mokoena'];
  const invitation = new URL(/https:\/\/\S+\/invitation\/\S+/.exec(operate(data, words))[0]).pathname;
  const owner = await visitor();
  await owner.goto(invitation);
  await owner.getByLabel('Choose a password').fill('four unrelated green words');
  await owner.getByRole('button', { name: 'Join' }).click();
  // Owners have a second factor before they see anything.
  await owner.getByText('need a second factor besides the password').waitFor();
  await owner.getByRole('button', { name: 'Add an authenticator app' }).click();
  await fillCode(owner, 'Code', 'Add the app');
  await owner.getByRole('link', { name: 'I have kept them' }).click();
  await owner.waitForURL(/\/calendar/);

  // What a page says when there is nothing yet.
  for (const empty of ['/calendar', '/calendar?view=week', '/day', '/patients', '/team', '/trail', '/settings/hours', '/settings/closures', '/settings/services']) {
    await owner.goto(here(empty));
    await screenshot(owner, `empty${empty.replace(/\W+/g, '-')}`);
    await axe(owner);
  }
  await owner.goto(here('/settings'));
  await screenshot(owner, 'opening-missing');
  await axe(owner);
  for (const step of ['Information officer', 'A place', 'A diary', 'A service', 'Weekly hours']) await owner.getByText(step, { exact: true }).first().waitFor();
  const person = await visitor({ viewport: PHONE });
  await person.goto(`/b/${slug}`);
  await person.getByRole('heading', { name: 'Online booking is closed at the moment' }).waitFor();

  // It does not open before the list is done.
  await owner.goto(here('/settings/booking'));
  await owner.getByLabel('Take bookings').check();
  await owner.getByRole('button', { name: /^Save/ }).click();
  await owner.locator('#live-error').waitFor();

  await owner.goto(here('/settings/profile'));
  const officer = owner.getByRole('group', { name: 'Information officer' });
  await officer.getByLabel('Name').fill('Naledi Mokoena');
  await officer.getByLabel('E-mail').fill('officer@owners.example');
  await owner.getByRole('button', { name: /^Save/ }).click();
  await owner.locator('.flash').waitFor();
  await settle(owner, 'places', { Name: 'Main rooms', Address: '1 Example Street' }, /^Add/);
  await settle(owner, 'diaries', { Name: 'Dr Mokoena' }, /^Add/);
  await settle(owner, 'services', { Name: 'Consultation' }, /^Add/);
  const week = {};
  for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) {
    week[`${day}, open from`] = '08:00';
    week[`${day}, open to`] = '17:00';
  }
  await settle(owner, 'hours', week, /^Save/);
  await owner.goto(here('/settings/booking'));
  await owner.getByLabel('Take bookings').check();
  await owner.getByRole('button', { name: /^Save/ }).click();
  await owner.locator('.flash').waitFor();
  await owner.goto(here('/settings'));
  await screenshot(owner, 'opening-done');
  await axe(owner);

  const [phone, name] = [freshPhone(), freshName()];
  await person.goto(`/b/${slug}`);
  await person.locator('.pick a').filter({ hasText: 'Consultation' }).click();
  await person.locator('.times button').first().click();
  await person.getByLabel('Cell number').fill(phone);
  await person.getByLabel('Your name and surname').fill(name);
  await person.getByLabel(/I have read the privacy notice/).check();
  await person.getByRole('button', { name: 'Continue' }).click();
  await person.getByLabel('Code of 6 digits').waitFor();
  await owner.goto(here('/outbox'));
  const pin = /code is (\d{6})/.exec(await owner.locator('main').innerText())[1];
  await sendPin(person, pin);
  await person.getByRole('heading', { name: 'You are booked' }).waitFor();
  assert.match(await person.locator('.ref').innerText(), /\S/);
});
