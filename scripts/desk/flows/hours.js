// Hours: groups and their next days; a week drawn with the mouse, with keys and as a list; what a
// change does before it is in force, and its taking back; special days; what an auditor sees.

import assert from 'node:assert/strict'
import {until} from '../harness/unit.js'

export const options = {seconds: 180, config: `
[[site.access]]
group = "residents"
hours = ["daily 05:00-24:00"]
[[site.access]]
group = "cleaners"
hours = ["mon-fri 06:00-09:00", "sat 10:00-14:00"]
[[site.access]]
group = "night-shift"
hours = ["sun,mon,tue,wed,thu 22:00-06:00"]
`}

export default async ({unit, page}) => {
  const week = page.raw.getByRole('application')
  const rows = page.raw.locator('.span-words')
  const spans = async () => (await rows.allTextContents()).join('; ')
  const shows = (text) => until(`the list shows ${text}`, async () => (await spans()).replace(/\(.*?\)|（.*?）/g, '').trim() === text)
  const day = (n) => page.say(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][n]) && new Intl.DateTimeFormat(page.lang,
    {weekday: 'short', timeZone: 'UTC'}).format(Date.UTC(2026, 2, 2 + n))
  const force = async () => {
    await page.click('page.see-effect')
    await page.see('page.before-in-force')
  }
  await unit.person({name: page.lang === 'zh' ? '王小明' : 'Ada Archer', apartment: '3-101', groups: ['residents'], cards: [1]})
  await unit.person({name: '<b>\u202eMallory', apartment: '3-102', groups: ['cleaners'], cards: [2]})
  await page.logIn()
  await page.go('page.hours')
  await page.raw.getByRole('img').nth(2).waitFor()
  await page.shot('groups')
  await page.axe()

  // With the mouse: three days at once, then an edge.
  await page.click('cleaners')
  await page.see('page.as-list')
  await page.axe()
  const at = async (n, hour) => {
    const box = await page.raw.locator('.edited .track').nth(n).boundingBox()
    return [box.x + box.width / 2, box.y + box.height * hour / 24]
  }
  const drag = async (from, to) => {
    await page.raw.mouse.move(...from)
    await page.raw.mouse.down()
    await page.raw.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2)
    await page.raw.mouse.move(...to)
    await page.raw.mouse.up()
  }
  const usual = `${day(0)}–${day(4)} 06:00–09:00; ${day(5)} 10:00–14:00`
  await drag(await at(1, 12.05), await at(3, 14.8))
  await shows(`${day(0)}–${day(4)} 06:00–09:00; ${day(1)}–${day(3)} 12:00–15:00; ${day(5)} 10:00–14:00`)
  await drag(await at(5, 14), await at(5, 16.5))
  await shows(`${day(0)}–${day(4)} 06:00–09:00; ${day(1)}–${day(3)} 12:00–15:00; ${day(5)} 10:00–16:30`)
  await page.shot('group', {print: true})

  // An edit that is not in force stays when the page looks elsewhere, and can be discarded.
  await page.go('page.who-may-enter')
  await page.go('page.hours')
  await page.click('cleaners')
  await page.see('page.not-in-force')
  await page.click('page.discard')
  await shows(usual)

  // With keys: an hour is taken out, and hours past noon are added on two days.
  await week.focus()
  await page.keys('Home', ...Array(14).fill('ArrowDown'), 'Shift+ArrowDown', 'Delete')
  await shows(`${day(0)} 06:00–07:00; ${day(0)} 08:00–09:00; ${day(1)}–${day(4)} 06:00–09:00; ${day(5)} 10:00–14:00`)
  await page.keys(...Array(12).fill('ArrowDown'), 'Shift+ArrowRight', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Enter')
  assert.match(await page.raw.locator('#said').textContent(), /13:30–15:00/)
  await shows(`${day(0)} 06:00–07:00; ${day(0)} 08:00–09:00; ${day(0)}${page.say('page.comma')}${day(1)} 13:30–15:00; ` +
    `${day(1)}–${day(4)} 06:00–09:00; ${day(5)} 10:00–14:00`)
  await page.click('page.discard')

  // As a list, to the minute and past midnight; what cannot be read is said.
  await page.click('page.more-hours')
  const last = page.raw.getByRole('group').last()
  await last.getByRole('textbox').first().fill('half past')
  await last.getByRole('textbox').nth(1).fill('1:45')
  await last.getByRole('textbox').nth(1).blur()
  await page.see('page.write-time')
  await page.click('page.see-effect')
  await page.see('page.mend-hours')
  await page.shot('unreadable', {dark: false})
  await last.getByRole('textbox').first().fill('2230')
  await last.getByRole('textbox').first().blur()
  await shows(`${usual}; ${day(0)}–${day(4)} 22:30–01:45`)
  await page.see('page.next-morning')
  await force()
  await page.see('page.first-change')
  await page.shot('effect')
  await page.axe()
  await page.click('page.put-in-force')
  await page.see('page.hours-in-force')
  await unit.recorded('hours changed')
  await shows(`${usual}; ${day(0)}–${day(4)} 22:30–01:45`)

  // Temporary hours, and a group whose people could never come in any more: they are named.
  await page.click('page.temporary-hours')
  await week.nth(1).focus()
  await page.keys('Shift+ArrowDown', 'Enter')
  await page.see('page.not-in-force')
  await page.shot('temporary', {dark: false})
  await page.axe()
  await force()
  await page.click('page.put-in-force')
  await page.click('page.end-group')
  await page.see(page.say('page.shut-out', 1))
  await page.see('<b>‹U+202E›Mallory')
  await page.shot('shut-out')
  await page.axe()
  await page.keys('Escape')

  // A new group is a copy.
  await page.click('page.copy-group')
  await page.fill('page.group-name', page.lang === 'zh' ? '园丁' : 'gardeners')
  await page.click('page.go-on')
  await page.heading(page.lang === 'zh' ? '园丁' : 'gardeners')
  await force()
  await page.click('page.put-in-force')
  await page.see('page.hours-in-force')

  // A holiday, and the log, which takes it back.
  await page.go('page.hours')
  await page.click('page.add-special')
  await page.fill('page.date', '2026-03-04')
  await page.shot('special', {dark: false})
  await page.axe()
  await page.click('page.go-on')
  await page.click('page.put-in-force')
  await page.see('2026-03-04')
  await page.see(page.say('page.day-as', '03-04', page.say('page.holiday')))
  await page.button('page.take-back').first().waitFor()
  await page.shot('in-force', {print: true})
  await page.axe()
  await page.button('page.take-back').first().click()
  await page.see('page.before-in-force')
  await page.click('page.put-in-force')
  await page.see('page.no-special')

  // The configuration's hours again.
  await page.click('page.use-file')
  await page.see('page.before-in-force')
  await page.click('page.put-in-force')
  await page.see('page.hours-of-file')

  // Who only reads sees the same and can change nothing.
  await unit.operator('olga', 'auditor')
  await page.click('page.log-out')
  await page.logIn('olga')
  await page.go('page.hours')
  assert.equal(await page.sees('page.new-group'), false)
  await page.click('night-shift')
  await page.see('22:00–06:00')
  assert.equal(await week.count(), 0)
  await page.shot('auditor')
  await page.axe()
}
