// The picture of the README: an afternoon at a door, as a manager sees it.

export default async ({unit, page}) => {
  const names = page.lang === 'zh' ? ['王小明', '李娜', '陈伯'] : ['Ada Archer', 'Ben Okafor', 'Chen Bo']
  for (const [i, name] of names.entries()) {
    await unit.person({name, apartment: `${i + 3}-201`, cards: [i + 1]})
  }
  await page.logIn()
  await page.see('page.quiet')
  for (const card of [1, 2, 99, 3]) {
    const before = card === 99
    await unit.tap(card)
    await unit.recorded('decision', (e) => e.grant !== before)
    if (!before) {
      await page.see('page.door-released')
      await unit.door(true)
      await page.see('page.door-open')
      await unit.door(false)
      await page.see('page.door-locked')
    }
    await unit.later(420)
  }
  await page.click('page.read-again')
  await page.see('page.denied')
  await page.shot('desk')
}
