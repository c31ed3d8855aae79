// One person from the first day to the last: added, with a card and a PIN, changed, blocked, their
// own page and its copy, a lost card, and erased with a receipt.

import assert from 'node:assert/strict'

export const options = {seconds: 120, config: `
[[site.access]]
group = "residents"
hours = ["mon-sun,holiday 00:00-24:00"]
[[site.access]]
group = "gym"
hours = ["mon-fri 07:00-22:00"]
`}

export default async ({unit, page}) => {
  await unit.person({name: 'Li Na', apartment: '1204', groups: ['residents'], cards: [5]})
  await page.logIn()
  await page.go('page.people')

  // The same person twice is asked about first; a form that lacks something says what.
  await page.click('page.add-person')
  await page.heading('page.add-person')
  await page.click('page.add-person')
  await page.see('page.needed')
  await page.shot('add-wrong', {dark: false})
  await page.fill('page.name', 'li  na')
  await page.fill(/^(Apartment|房号)/, '1204')
  await page.axe()
  await page.click('page.add-person')
  await page.see(page.say('page.same-person', 'Li Na', '1204', '').slice(0, 20))
  await page.shot('same-person', {dark: false})
  await page.axe()
  await page.click('page.cancel', {within: 'page.another-person'})
  assert.equal((await unit.log('person added')).length, 1)
  await page.fill('page.name', 'Zhao Min')
  await page.field(/Lease begins|租期起始/).fill('2026-01-01')
  await page.field(/Last day|租期最后/).fill('2027-01-31')
  await page.shot('add')
  await page.click('page.add-person')
  await page.heading('Zhao Min')

  // In no group: can never come in, which is said until they are in one.
  await page.see(/can never come in|无法进门/)
  await page.shot('new', {widths: [1280], dark: false})
  await page.click('page.change')
  await page.raw.getByLabel('residents').check()
  await page.click('page.save')
  await page.see('residents')

  // A card that is somebody's is refused with its remedy; the next one is theirs.
  await page.click('page.give-card')
  await page.fill(/^(Label|标签)/, 'grey fob')
  await page.shot('card-label', {dark: false})
  await page.click('page.wait-for-tap')
  await page.see('desk.hold-new-card')
  await page.shot('card-wait')
  await page.axe()
  await unit.tap(5)
  await page.see('page.try-again')
  await page.shot('card-taken', {dark: false})
  await page.axe()
  await page.click('page.try-again')
  await page.see('desk.hold-new-card')
  await unit.tap(11)
  await page.see('page.card-clonable')
  await page.shot('card-given', {dark: false})
  await page.click('page.close')
  await page.see('grey fob')

  // Waiting for a card can be given up: nothing is done.
  await page.click('page.give-card')
  await page.click('page.wait-for-tap')
  await page.see('desk.hold-new-card')
  await page.keys('Escape')
  await page.gone('page.wait-for-tap')
  assert.equal((await unit.log('credential added')).length, 2)

  // A PIN that is too short is refused by its length; it is never on the page.
  await page.click('page.set-pin')
  await page.fill('page.pin', '12')
  await page.fill('page.pin-again', '13')
  await page.click('page.set-pin', {within: 'page.set-pin'})
  await page.see('page.secrets-differ')
  await page.shot('pin-wrong', {dark: false})
  await page.axe()
  await page.fill('page.pin', '839201')
  await page.fill('page.pin-again', '839201')
  await page.click('page.set-pin', {within: 'page.set-pin'})
  await page.see('page.pin-is-set')
  assert.equal((await page.raw.content()).includes('839201'), false)
  await page.shot('person', {print: true})
  await page.axe()

  // A lost card is replaced by one act.
  await page.click('page.replace')
  await page.click('page.wait-for-tap')
  await page.see('desk.hold-new-card')
  await unit.tap(12)
  await page.see('page.card-clonable')
  await page.click('page.close')
  await page.see('page.revoked')
  await page.click('page.all-people')
  await page.click('page.whose-card')
  await page.see('desk.hold-found-card')
  await unit.tap(11)
  await page.see('Zhao Min')
  await page.shot('whose', {dark: false})
  await page.axe()
  await page.click('page.to-their-page')
  await page.heading('Zhao Min')

  // What ends with a lease that is cut short is shown before.
  await page.click('page.change')
  await page.field(/Last day|租期最后/).fill('2026-06-30')
  await page.click('page.save')
  await page.see('page.lease-ends-earlier')
  await page.shot('lease-earlier', {dark: false})
  await page.axe()
  await page.click('page.save', {within: 'page.lease-ends-earlier'})
  await page.see('2026-06-30')

  await page.click('page.block')
  await page.shot('block', {dark: false})
  await page.click('page.block-now')
  await page.see('page.blocked')
  await unit.tap(12)
  await unit.recorded('decision', (e) => !e.grant)
  await page.click('page.unblock')
  await page.click('page.unblock', {within: 'page.unblock'})
  await page.gone('page.blocked')

  // All that is stored about them, and the copy that they take home.
  await page.click('page.show-stored')
  await page.see(page.say('page.decisions-kept', 1))
  await page.shot('stored', {print: true})
  await page.axe()
  await page.click('page.give-copy')
  await page.shot('copy-ask', {dark: false})
  await page.click('page.make-copy')
  await page.see('page.copy-made')
  await page.shot('copy', {widths: [1280], dark: false})
  await page.axe()
  const copy = await page.saves(() => page.click('page.save-file'))
  assert.match(copy.name, /^page-.*\.html\.age$/)
  assert.match(copy.bytes.toString(), /^age-encryption\.org\/v1/)
  await unit.recorded('own page copied')
  await page.click('page.back-to-person')

  // The PIN is revoked; then the person is erased.
  await page.heading('Zhao Min')
  await page.raw.getByRole('row', {name: /pin|密码/i}).getByRole('button').click()
  await page.shot('revoke', {dark: false})
  await page.raw.getByRole('dialog').getByRole('button', {name: page.say('page.revoke'), exact: true}).click()
  await unit.recorded('credential revoked')
  await page.click('page.remove-person')
  await page.click('page.erase')
  await page.see('page.needed')
  await page.click('page.reason-request')
  await page.shot('remove', {dark: false})
  await page.axe()
  await page.click('page.erase')
  await page.heading('page.erased')
  await page.see('page.receipt')
  await page.shot('receipt', {print: true})
  await page.axe()
  await unit.recorded('person removed')
  await page.click('page.all-people')
  await page.see(page.say('page.people-in-all', 1))
}
