// How long people wait, by the audit log: a week in order, one in which the reader failed, and what
// R-EQUAL says of it. Each role sees it, and nothing of it names anybody.

const week = 7 * 24 * 3600

export default async ({unit, page}) => {
  await unit.enrolled(1)
  await unit.operator('tom', 'technician')
  await unit.tap(1)
  await unit.relayIs(false)
  await page.logIn('tom')
  await page.go('page.law')
  await page.see('page.waits')
  await page.see(/2026-W10/)
  await page.click('page.log-out')

  for (const card of [0.1, 5.2, 0.1]) {
    await unit.opened('card', card, 30)
    await unit.opened('card', card + 1.4, 4, true)
    await unit.opened('pin', 3.8, 6)
    await unit.opened('face', 1.3, 28)
    await unit.opened('face', 2.6, 3, true)
    if (card > 5) {
      await unit.later(week)
      await page.logIn('tom')
      await page.go('page.law')
      await page.see('policy.card-waits')
      await page.see('policy.equal-waits')
      await page.see('5.2 (5.2–5.2)')
      await page.shot('waits', {print: true})
      await page.axe()
      await page.click('page.log-out')
    } else {
      await unit.later(week)
    }
  }
  await page.logIn('tom')
  await page.go('page.law')
  await page.see('policy.served-alike')
  await page.gone('policy.equal-waits')
  await page.shot('mended')
}
