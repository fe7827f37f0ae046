import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screenshot, signIn } from './support/browser.mjs';
import { bookAtDesk, register, staff, weekday } from './support/day.mjs';

/** What is on paper: the page as a printer gets it. */
async function printed(page, name) {
  await page.emulateMedia({ media: 'print' });
  await screenshot(page, `print-${name}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} is ${wide} px wider than the paper`);
  assert.equal(await page.locator('nav.side').isVisible(), false, 'no navigation on paper');
  return page.locator('main').innerText();
}

test('the day list is printed with everything that is needed when the power is off', async () => {
  const page = await signIn('reception');
  const date = weekday(130);
  const { name } = await bookAtDesk(page, { date, start: '09:20', diary: 0, phone: '072 555 0199' });
  await page.goto(staff(`/day?date=${date}`));
  // The width of A4 at 96 dots an inch, less its margins.
  await page.setViewportSize({ width: 718, height: 1000 });
  const text = await printed(page, 'day-list');
  for (const part of [name, '09:20', '072 555 0199']) assert.ok(text.includes(part), `${part} is not on the list:\n${text}`);
  assert.equal(await page.locator('.btn:visible').count(), 0, 'no buttons on paper');
});

test('a signed note is printed with its amendments, each with author, time and reason, and without forms', async () => {
  const page = await signIn('owner');
  const surname = `Q${Math.random().toString(36).slice(2, 9).replace(/\d/g, 'a')}`;
  await register(page, { given: 'Zanele', surname, born: '1986-03-14' });
  await page.getByText('Registered as file').waitFor();
  await page.getByRole('button', { name: /^New consultation/ }).click();
  await page.getByLabel('Plan').fill('Rest and fluids');
  await page.locator('[data-save-status]').filter({ hasText: /^Saved/ }).waitFor();
  await page.getByRole('button', { name: /^Review and sign/ }).click();
  await page.getByRole('button', { name: /^Sign note/ }).click();
  await page.getByText('Signed, cannot be changed').waitFor();
  await page.getByLabel('Amendment').fill('Antibiotic as well');
  await page.getByLabel('Reason').fill('a result came in');
  await page.getByRole('button', { name: 'Sign the amendment' }).click();
  await page.locator('.amend').waitFor();
  const heading = await page.locator('.amend h3').innerText();
  assert.match(heading, /^Amendment, \S.*, \d{1,2} \w+ \d{4}, \d\d:\d\d$/, 'author and time');
  await page.setViewportSize({ width: 718, height: 1000 });
  const text = await printed(page, 'signed-note');
  for (const part of [surname, 'Rest and fluids', 'Antibiotic as well', 'Reason: a result came in', heading]) assert.ok(text.includes(part), `${part} is not printed:\n${text}`);
  assert.equal(await page.locator('#amend').isVisible(), false, 'no form on paper');
});
