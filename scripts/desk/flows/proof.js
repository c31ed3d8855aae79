// Proof: the log verified and saved, the receipt of an erasure, what is kept for how long; the files
// that came of it, saved and carried on a stick. An auditor reads, and removes nothing.

import assert from 'node:assert/strict'

export const options = {updates: true, config: '[stick]\nenabled = true'}

export default async ({unit, page, cable}) => {
  await unit.enrolled(1)
  await unit.operator('olga', 'auditor')
  await page.logIn()
  const {result} = await cable.call('people.find', {words: 'Tenant 1'})
  await cable.call('people.remove', {person: result.people[0].person, reason: 'own request'})
  await page.go('page.proof-of-use')
  await page.see('page.verifies')
  await page.click('page.verify-log')
  await page.see(/./, {within: page.raw.locator('.note.good')})
  const log = await page.saves(() => page.click('page.export-log'))
  assert.match(String(log.bytes), /^{"menshen-audit":2/)
  await page.see(/menshen audit verify audit-.* --key [0-9a-f]{64}/)
  const receipts = await page.saves(() => page.click('page.save-receipts'))
  assert.ok(JSON.parse(String(receipts.bytes).split('\n')[0]))
  await page.shot('proof', {print: true})
  await page.axe()
  await page.click('page.remove-overdue')
  await page.click('page.remove-overdue', {within: page.raw.getByRole('dialog')})
  await page.gone('page.remove-overdue-text')

  await page.go('page.files')
  const again = await page.saves(() => page.click(page.say('page.save-here') + ': ' + log.name))
  assert.deepEqual(again.bytes, log.bytes)
  await page.click(page.say('page.onto-stick') + ': ' + log.name)
  await page.see(page.say('page.on-stick-now', 1))
  await page.click('page.look-at-stick')
  await page.see('people.csv')
  await page.shot('files')
  await page.axe()
  await page.click('page.log-out')

  await page.logIn('olga')
  await page.go('page.proof-of-use')
  await page.see('page.verifies')
  assert.equal(await page.button('page.remove-overdue').count(), 0)
  assert.equal(await page.button('page.vault').count(), 0)
}
