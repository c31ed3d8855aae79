// All doors of a site on one page: alarms, faults, versions, and how long ago each was heard of.

import assert from 'node:assert/strict'

export const options = {seconds: 120}

export default async ({unit, page, cable}) => {
  await page.logIn()
  await page.go('page.doors')
  await page.see('desk.site-none') // with what makes one
  await page.shot('alone')
  await page.axe()

  await unit.site({version: '7f00d1e2c3b4', raised: ['forced', 'mains lost'], faults: ['reader outside'],
    image: '1.3', supply: 'battery'})
  await page.go('page.today')
  await page.go('page.doors')
  const row = (name) => page.raw.getByRole('row').filter({has: page.raw.getByText(name, {exact: true})})
  await row('garage').getByText('outside').waitFor()
  await row('garage').getByText('7f00d1e2c3b4').waitFor()
  await row('garage').getByText(page.say('page.door-image', '1.3')).waitFor()
  await row('lobby').getByText(page.say('page.door-in-order')).waitFor()
  await row('cellar').getByText(page.say('page.door-left')).waitFor()
  await row('gate').getByText(page.say('page.door-here')).waitFor()
  await page.see(page.say('page.doors-troubled', 1))
  await page.see('page.doors-versions')
  await page.shot('doors')
  await page.axe()

  // A lockdown of all doors: it is given here, stands at this door, and is not ended by the door's own.
  await page.click('page.order-lock-all')
  await page.see('page.order-lock-text')
  await page.shot('order-asked')
  await page.axe()
  await page.click('page.lock-now')
  await page.see('page.order-lockdown')
  await page.shot('order')
  await page.axe()
  await page.go('page.today')
  await page.see('page.order-lockdown')
  await page.shot('order-today')
  await page.axe()
  assert.equal(await page.sees('page.end-lockdown'), false)
  assert.equal(await page.sees('page.begin-lockdown'), false)
  await page.click('page.order-end')
  await page.click('page.end-now')
  await page.gone('page.order-lockdown')
  await page.see('page.begin-lockdown')
  await page.go('page.doors')

  // A manager's key, and what the doors told, still sealed.
  await page.click('page.manager-add')
  await page.see('page.manager-means')
  await page.fill('page.backup-key', 'age12mpdhzn3dkws5r5k3qqwcgn80gn8kmdagggm2chzffwa6tr9jyeswyld6c')
  await page.fill('page.manager-name', 'office')
  await page.shot('manager')
  await page.raw.getByRole('dialog').getByRole('button', {name: page.say('page.manager-add')}).click()
  await page.see(page.say('page.manager-keys', 1))
  await page.click('page.events-save')
  await page.see('page.events-none') // no time has passed
  await page.axe()

  // Who has not answered yet: to an erasure, and to the end of a face, which the person's page says too.
  const handle = (id) => Buffer.from(id).toString('hex')
  const one = handle(await unit.person({name: 'Ada Archer', cards: [1]}))
  const two = handle(await unit.person({name: 'Ben Baker', cards: [2]}))
  const refused = await cable.call('faces.refuse', {person: one})
  const removed = await cable.call('people.remove', {person: two, reason: 'own request'})
  assert.ok(refused.result && removed.result, JSON.stringify([refused, removed]))
  await page.click('page.read-again')
  await page.see('page.answers-person')
  await page.see(page.say('page.answers-face', one.slice(0, 8)))
  await page.see('page.answer-waits')
  await page.shot('answers')
  await page.axe()
  await page.click(page.say('page.answers-face', one.slice(0, 8)))
  await page.heading('Ada Archer')
  await page.see('page.answers-of-face')
  await page.see('page.answer-waits')
  await page.shot('person')
  await page.axe()

  // Days later nothing has come of them.
  await unit.later(9 * 24 * 3600)
  await page.raw.reload()
  page.words = undefined
  await page.logIn()
  await page.go('page.doors')
  await page.see(page.say('page.door-silent', 9), {within: row('lobby')})
  assert.equal(await row('gate').getByText(page.say('page.door-silent', 9)).count(), 0)
  await page.shot('silent')
  await page.axe()
}
