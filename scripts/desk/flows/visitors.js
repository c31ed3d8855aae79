// Visitors: a pass for a host, its code as a picture and on paper, the door that takes it, its end.

import assert from 'node:assert/strict'

export const options = {seconds: 90, config: `
[passes]
enabled = true
camera = true
[[reader]]
name = "outside"
kind = "wiegand"
d0 = "GPIO24"
d1 = "GPIO25"
keypad = 4
`}

export default async ({unit, page}) => {
  await unit.person({name: 'Li Na', apartment: '1204', cards: [1]})
  await unit.person({name: 'Li Wei', apartment: '1304', cards: [2]})
  await page.logIn()
  await page.go('page.visitors')
  await page.see('page.no-passes')
  await page.shot('empty', {dark: false})
  await page.axe()
  await page.click('page.make-pass')
  await page.fill(/^(Invited by|邀请人)/, 'Li')
  await page.field(/Opens the door|可开门/).fill('300')
  await page.click('page.make-pass')
  await page.see('page.uses-wrong')
  await page.axe()
  await page.field(/Opens the door|可开门/).fill('2')
  await page.shot('new')
  await page.click('page.make-pass')
  await page.click(/1204/)
  await page.shot('which', {dark: false})
  await page.axe()
  await page.click('page.choose', {within: page.raw.getByRole('dialog')})
  await page.heading('page.pass-made')
  await page.shot('pass', {print: true})
  await page.axe()
  await page.raw.locator('.pass').evaluate((e) => e.classList.add('label'))
  assert.ok(await page.print('label') <= 1, 'a label is one page')
  const digits = (await page.raw.locator('.digits').textContent()).replace(/\D/g, '')
  assert.equal(digits.length, 9)

  const picture = await page.saves(() => page.click('page.save-picture'))
  assert.match(picture.name, /^pass-[0-9a-f]+\.png$/)
  assert.equal(picture.bytes.subarray(1, 4).toString(), 'PNG')
  const sheet = await page.saves(() => page.click('page.save-label'))
  assert.match(sheet.bytes.toString(), /size: 62mm 100mm/)
  assert.ok(!sheet.bytes.toString().includes('Li Na'))

  await unit.type(digits + '#')
  await unit.recorded('decision', (e) => e.grant)
  await page.click('page.all-passes')
  await page.see(page.say('page.n-of-m', 1, 2))
  assert.equal((await page.raw.content()).includes(digits), false)
  await page.shot('list', {print: true})
  await page.axe()
  await page.click('page.end-pass')
  await page.shot('end', {dark: false})
  await page.click('page.end-pass', {within: page.raw.getByRole('dialog')})
  await page.button('page.end-pass').waitFor({state: 'detached'})
  await unit.type(digits + '#')
  await unit.recorded('decision', (e) => !e.grant)

  // From a person's page, they are the host.
  await page.go('page.people')
  await page.click('Li Wei')
  await page.click('page.invite-visitor')
  await page.see(page.say('page.invites', 'Li Wei'))
  await page.click('page.make-pass')
  await page.heading('page.pass-made')
}
