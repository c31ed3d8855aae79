// The rules of the law and what is to be done for them; the sign, an inquiry, people's requests, the
// filing. An auditor reads it all and changes nothing.

import assert from 'node:assert/strict'

const day = 24 * 3600

export const options = {seconds: 120}

export default async ({unit, page}) => {
  await unit.enrolled(1)
  await unit.operator('olga', 'auditor')
  await unit.operator('tom', 'installer')
  await page.logIn()
  await page.go('page.law')
  await page.see('R-PIA')
  await page.shot('rules')
  await page.axe()

  // Two years later the assessment has ended and nobody has looked at the sign.
  await unit.later(730 * day)
  await page.click('page.inquiry')
  await page.fill('page.found-out', 'spoke with the night shift')
  await page.click('page.put-on-file', {within: page.raw.getByRole('dialog')})
  await page.gone('page.inquiry-text')
  await page.see('page.to-be-done')
  await page.see('R-PIA', {within: page.raw.locator('li.bad').filter({hasText: 'R-PIA'})})
  await page.shot('broken', {print: true})
  await page.axe()
  await page.click('page.saw-sign')
  await page.see('page.sign-sure')
  await page.shot('sign')
  await page.click('page.yes-saw-it')
  await page.see('page.sign-seen')
  await unit.recorded('paper filed', (e) => e.detail.kind === 'sign' || e.detail.paper === 'sign')
  await page.click('page.show-them')
  await page.see('page.nobody-renews')

  // A request of somebody on record is filed under their handle.
  await page.go('page.requests')
  await page.see('page.no-requests')
  await page.click('page.add-request')
  await page.fill('page.who-asks', 'Tenant 1')
  await page.choose('page.asks-to', 'papers.ask-copy')
  await page.shot('request')
  await page.axe()
  await page.click('page.put-on-file', {within: page.raw.getByRole('dialog')})
  await page.see(/^[0-9a-f]{8}$/)
  await page.shot('requests')
  await page.axe()
  await page.click('page.answer-it')
  await page.raw.locator('textarea').fill('a copy was handed over on paper')
  await page.click('page.put-on-file', {within: page.raw.getByRole('dialog')})
  await page.see('page.answered')

  await page.go('page.filing')
  await page.click('page.set-elsewhere')
  await page.fill('page.at-other-doors', '99999')
  await page.click('page.put-on-file', {within: page.raw.getByRole('dialog')})
  await page.see('100,000')
  await page.shot('filing', {print: true})
  await page.axe()
  await page.click('page.record-filing')
  await page.fill('page.authority', 'Shanghai CAC')
  await page.fill('page.filing-number', '2028-17')
  await page.click('page.put-on-file', {within: page.raw.getByRole('dialog')})
  await page.see(/2028-17/)
  await page.click('page.log-out')

  await page.logIn('olga')
  await page.go('page.filing')
  assert.equal(await page.button('page.record-filing').count(), 0)
  await page.go('page.law')
  assert.equal(await page.button('page.saw-sign').count(), 0)
  await page.click('page.log-out')
  await page.logIn('tom')
  await page.go('page.law')
  await page.see('page.saw-sign')
  assert.equal(await page.button('page.assessment').count(), 0)
}
