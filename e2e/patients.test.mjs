import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axe } from './support/axe.mjs';
import { PHONE, screenshot, signIn } from './support/browser.mjs';
import { bookAtDesk, freshName, freshPhone, register, staff, weekday } from './support/day.mjs';

const ID = '8001015009087';
const freshSurname = () => freshName().split(' ')[1];

/** Surname and phone of the one person of this file who has an ID number; registered once. */
let known;
async function thePatient() {
  if (known) return known;
  const page = await signIn('reception');
  const [surname, phone] = [freshSurname(), freshPhone()];
  await register(page, { given: 'Naledi Grace', surname, id: ID, phone, Scheme: 'Fynbos Health', 'Membership number': '0123456789', 'Dependant code': '01' });
  await page.getByText('Registered as file').waitFor();
  known = { surname, phone, path: new URL(page.url()).pathname };
  await page.context().close();
  return known;
}

/** The reveal of the ID number. */
const revealOf = (page) => page.locator('details.menu').filter({ has: page.locator('summary').filter({ hasText: 'Reveal ID number' }) });

async function find(page, words) {
  await page.goto(staff('/patients'));
  await page.getByLabel('Find a patient').fill(words);
  const answered = page.waitForNavigation();
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await answered;
}

test('somebody is found by any part of the name, phone, date of birth and ID number', async () => {
  const { surname, phone } = await thePatient();
  const page = await signIn('reception');
  const digits = phone.replaceAll(' ', '');
  for (const words of [surname, surname.slice(0, 4), surname.toUpperCase(), `grace ${surname.slice(0, 3)}`]) {
    await find(page, words);
    assert.ok((await page.getByRole('row').filter({ hasText: surname }).count()) === 1, `not found by ${words}`);
  }
  assert.ok(!(await page.getByRole('table').innerText()).includes(ID), 'the number is masked in the list');
  // A number leads to the one person it belongs to, or lists the few who share it.
  for (const words of [phone, digits, `+27${digits.slice(1)}`, '1980-01-01', ID, '800101 5009 087']) {
    await find(page, words);
    const opened = await page.getByRole('heading', { level: 1 }).innerText();
    const listed = await page.getByRole('row').filter({ hasText: surname }).count();
    assert.ok(opened.includes(surname) || listed === 1, `not found by ${words}`);
    assert.ok(!page.url().includes(encodeURIComponent(words)) && !page.url().includes('q='), `${words} stands in the address`);
  }
});

test('the number that was searched for stays out of the address and the history', async () => {
  await thePatient();
  const page = await signIn('reception');
  await find(page, ID);
  assert.ok(!page.url().includes(ID));
  await page.goBack();
  assert.ok(!page.url().includes(ID));
  await page.goto(staff(`/patients?q=${ID}`));
  assert.ok(!page.url().includes(ID), 'an old address with a number is not kept either');
});

test('nobody found and too short a search are said, and the list is accessible', async () => {
  const page = await signIn('reception');
  await find(page, 'zzqzzqzz');
  await page.getByRole('heading', { name: 'Nobody found' }).waitFor();
  await axe(page);
  await find(page, 'z');
  await page.getByText('Type at least two letters or digits.').waitFor();
  await find(page, 'an');
  await page.getByRole('row').nth(1).waitFor();
  await screenshot(page, 'patients');
  await axe(page);
});

test('a person is registered from a booking, and the booking knows them', async () => {
  const page = await signIn('reception');
  const phone = freshPhone();
  const { name, date } = await bookAtDesk(page, { date: weekday(130), start: '10:00', diary: 0, phone });
  await page.locator('aside.panel').getByRole('link', { name: /^Register/ }).click();
  assert.equal(await page.getByLabel('Given names (if any)').inputValue(), 'Sipho');
  assert.equal(await page.getByLabel('Surname').inputValue(), name.split(' ')[1]);
  assert.equal(await page.getByLabel('Phone', { exact: true }).inputValue(), phone);
  await page.getByLabel('Document').selectOption({ label: 'None, or not known' });
  await page.getByText('What the person is told').click();
  await screenshot(page, 'patient-form');
  await axe(page);
  await page.getByRole('button', { name: /^Register/ }).click();
  await page.locator('#notice-error').waitFor();
  await axe(page);
  await page.getByLabel('The person has seen this notice').check();
  await page.getByRole('button', { name: /^Register/ }).click();
  await page.getByText('Registered as file').waitFor();
  await page.getByText(/version \d+, shown/).waitFor();
  await page.goto(staff(`/calendar?date=${date}`));
  await page.locator('.ev').filter({ hasText: name }).click();
  await page.locator('aside.panel').getByRole('link', { name: 'Contact details' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
});

test('wrong numbers are refused beside their fields with the reason, and stay as typed', async () => {
  const page = await signIn('reception');
  const surname = freshSurname();
  await register(page, { surname, id: '8001015009088', born: '1980-13-01', phone: '12345' });
  for (const field of ['id_number', 'birth_date', 'phone']) await page.locator(`#${field}-error`).waitFor();
  assert.equal(await page.getByLabel('Number', { exact: true }).inputValue(), '8001015009088');
  assert.equal(await page.getByLabel('Surname').inputValue(), surname);
  await screenshot(page, 'patient-form-wrong');
  await axe(page);
});

test('names with apostrophes, hyphens, diacritics and emoji are taken or refused with the reason', async () => {
  const page = await signIn('reception');
  for (const surname of ["O'Brien-Nkosi", 'Müller van der Merwe', "D’Oliveira"]) {
    await register(page, { given: freshName('Zoë').replace(' ', '-'), surname });
    await page.getByRole('heading', { level: 1 }).filter({ hasText: surname }).waitFor();
  }
  await register(page, { surname: 'Smile 😀' });
  await page.locator('#surname-error').or(page.getByText('Registered as file')).first().waitFor();
});

test('the same ID number and the same name and birth date are warned of, and registered all the same if reception says so', async () => {
  const { surname } = await thePatient();
  const page = await signIn('reception');
  await register(page, { given: 'Someone', surname: freshSurname(), id: ID });
  await page.getByRole('heading', { name: 'Perhaps already on file' }).waitFor();
  await page.getByRole('link', { name: new RegExp(surname) }).waitFor();
  await screenshot(page, 'patient-duplicate');
  await axe(page);
  await register(page, { given: 'Other', surname, born: '1980-01-01' });
  await page.getByRole('heading', { name: 'Perhaps already on file' }).waitFor();
  await page.getByLabel('None of these: register a new file').check();
  await page.getByRole('button', { name: /^Register/ }).click();
  await page.getByText('Registered as file').waitFor();
});

test('two files of one person are merged, and the merge is undone', async () => {
  const page = await signIn('reception');
  const [surname, other] = [freshSurname(), freshSurname()];
  await register(page, { given: 'Palesa', surname: other });
  await page.getByText('Registered as file').waitFor();
  const gone = page.url();
  await register(page, { given: 'Palesa', surname });
  await page.getByText('Registered as file').waitFor();
  const kept = page.url();
  await page.getByRole('link', { name: 'Same person as another file' }).click();
  await page.getByLabel('Find the other file').fill(other);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await page.getByText(other).first().waitFor();
  await screenshot(page, 'patient-merge');
  await axe(page);
  await page.getByRole('button', { name: /^Merge into file/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Merge', exact: true }).click();
  await page.waitForURL(kept);
  await page.getByRole('heading', { name: 'Merged into this file' }).waitFor();
  await axe(page);
  await page.goto(gone);
  await page.getByText('This file was merged into').waitFor();
  await find(page, other);
  assert.equal(await page.getByRole('row').filter({ hasText: other }).count(), 0, 'a merged file is not shown by itself');
  await page.goto(kept);
  await page.getByRole('button', { name: /^Undo/ }).click();
  await page.getByRole('heading', { name: 'Merged into this file' }).waitFor({ state: 'detached' });
  await find(page, other);
  await page.getByRole('row').filter({ hasText: other }).waitFor();
});

test('details are corrected, and of two who correct at once the second is told', async () => {
  const [one, two] = [await signIn('reception'), await signIn('administrator')];
  await register(one, { surname: freshSurname() });
  await one.getByText('Registered as file').waitFor();
  await one.getByRole('link', { name: /^Correct/ }).click();
  await one.getByLabel('Address').waitFor();
  await two.goto(one.url());
  await one.getByLabel('Address').fill('1 Long Street, Cape Town');
  await one.getByRole('button', { name: /^Save/ }).click();
  await one.getByText('1 Long Street, Cape Town').waitFor();
  await two.getByLabel('Address').fill('2 Short Street');
  await two.getByRole('button', { name: /^Save/ }).click();
  await two.getByRole('heading', { name: 'Someone else saved first' }).waitFor();
  await two.getByText('Address: they saved 1 Long Street, Cape Town').waitFor();
  assert.equal(await two.getByLabel('Address').inputValue(), '2 Short Street', 'what was typed stays');
  await screenshot(two, 'patient-stale');
  await axe(two);
  await one.reload();
  await one.getByText('1 Long Street, Cape Town').waitFor();
  await two.getByRole('button', { name: /^Save/ }).click();
  await two.getByText('2 Short Street').waitFor();
});

test('a number is nowhere in the page, shown for twenty seconds after a purpose is chosen, and gone again', async () => {
  const { path } = await thePatient();
  const page = await signIn('practitioner');
  await page.clock.install();
  await page.goto(path);
  assert.ok(!(await page.content()).includes(ID));
  await revealOf(page).locator('summary').click();
  await revealOf(page).getByLabel('What for').waitFor();
  await screenshot(page, 'reveal-purpose');
  await axe(page);
  await revealOf(page).getByLabel('What for').selectOption({ label: 'For a claim' });
  const answer = page.waitForResponse(/\/reveal$/);
  await revealOf(page).getByRole('button', { name: 'Show for 20 seconds' }).click();
  assert.match((await answer).headers()['cache-control'], /no-store/);
  assert.equal((await answer).headers().etag, undefined);
  await page.getByText(ID).waitFor();
  await page.getByText(/hides in \d+ s/).waitFor();
  await screenshot(page, 'revealed');
  await axe(page);
  await page.clock.runFor(22_000);
  await page.getByText(ID).waitFor({ state: 'detached' });
  assert.ok(!(await page.content()).includes(ID));
});

test('a revealed number is gone when one comes back to the page, and its entry in the trail names the purpose', async () => {
  const { path } = await thePatient();
  const page = await signIn('practitioner');
  await page.goto(path);
  await revealOf(page).locator('summary').click();
  await revealOf(page).getByLabel('What for').selectOption({ label: 'The person asked for it' });
  await revealOf(page).getByRole('button', { name: 'Show for 20 seconds' }).click();
  await page.getByText(ID).waitFor();
  await page.goto(staff('/patients'));
  await page.goBack();
  await revealOf(page).locator('summary').waitFor();
  assert.ok(!(await page.content()).includes(ID));
  await page.goto(staff('/trail?action=reveal'));
  await page.getByRole('row').filter({ hasText: 'Revealed a number, the person asked for it' }).first().waitFor();
  assert.ok(!(await page.content()).includes(ID));
});

test('with scripts off a number is revealed on a page of its own that leads back', async () => {
  const { path } = await thePatient();
  const page = await signIn('practitioner', 0, { javaScriptEnabled: false });
  await page.goto(path);
  await revealOf(page).locator('summary').click();
  await revealOf(page).getByRole('button', { name: 'Show for 20 seconds' }).click();
  await page.getByText(ID).waitFor();
  // A way back that a phone and a screen reader find, to the person and not to somewhere else.
  await page.getByRole('link', { name: /back/i }).click({ timeout: 2000 });
  assert.equal(new URL(page.url()).pathname, path);
});

test('reception has no reveal and no way to the clinical record', async () => {
  const { path } = await thePatient();
  const page = await signIn('reception');
  await page.goto(path);
  await screenshot(page, 'patient');
  await axe(page);
  const main = await page.locator('main').innerText();
  for (const word of ['Reveal', 'Open file', 'consultation']) assert.ok(!main.includes(word), word);
  const id = (await page.locator('.masked[id^="v-"]').first().getAttribute('id')).slice(2);
  const reveal = staff(`/identifiers/${id}/reveal`);
  const status = await page.evaluate(async (url) => {
    const csrf = document.querySelector('meta[name=csrf]').content;
    return (await fetch(url, { method: 'POST', body: new URLSearchParams({ csrf, purpose: 'identity' }) })).status;
  }, reveal);
  assert.equal(status, 403);
  await page.goto(`${path}/file`);
  await page.getByRole('heading', { name: 'Your roles do not allow this' }).waitFor();
  await axe(page);
});

test('reception reveals while an owner allows it, from the next click on and no longer', async () => {
  const { path } = await thePatient();
  const [owner, page] = [await signIn('owner'), await signIn('reception')];
  const allow = async (yes) => {
    await owner.goto(staff('/team'));
    await owner.getByLabel(/Reception may reveal/).setChecked(yes);
    await owner.locator('form[action$="/team/reception"]').getByRole('button', { name: 'Save' }).click();
    await owner.getByText("It holds from reception's next click.").waitFor();
  };
  const reveal = revealOf(page).locator('summary');
  await page.goto(path);
  assert.equal(await reveal.count(), 0);
  await allow(true);
  await page.reload();
  await reveal.click();
  await allow(false);
  await revealOf(page).getByRole('button', { name: 'Show for 20 seconds' }).click();
  await page.getByText('ask an owner to change your roles').waitFor();
  assert.ok(!(await page.content()).includes(ID));
});

test('the page of a person works on a phone', async () => {
  const { path } = await thePatient();
  const page = await signIn('practitioner', 0, { viewport: PHONE });
  await page.goto(path);
  await screenshot(page, 'patient-phone');
  await revealOf(page).locator('summary').click();
  await screenshot(page, 'reveal-phone');
  const pop = await revealOf(page).locator('.pop').boundingBox();
  assert.ok(pop.x >= 0 && pop.x + pop.width <= PHONE.width, `the purpose lies from ${pop.x} to ${pop.x + pop.width} px of ${PHONE.width}`);
});
