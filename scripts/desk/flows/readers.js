// An OSDP reader at the installer's view: it has no key, an install is stopped and done, then it is
// secure; it is opened, and its cable is cut.

export const options = {osdp: true, seconds: 120}

export default async ({unit, page}) => {
  await unit.operator('ivan', 'installer')
  await page.logIn('ivan')
  await page.go('page.installer')
  await page.see('page.reader-not-secure')
  await page.see('desk.link-no-key')
  await page.see('page.reader-in-clear')
  await page.shot('new')
  await page.axe()

  await unit.gate({away: true}) // so that it takes no key
  await page.click('page.reader-install')
  await page.see('desk.link-silent')
  await page.shot('installing')
  await page.axe()
  await page.click('page.cancel')
  await unit.recorded('reader install ended', (e) => e.detail.end === 'stopped')

  await unit.gate({})
  await page.click('page.reader-install')
  await page.see('page.reader-installed')
  await page.see('page.reader-secure')
  await page.gone('page.reader-in-clear')
  await unit.recorded('reader install ended', (e) => e.detail.reader === 'gate' && e.detail.end.includes('key'))
  await unit.gate({card: 7})
  await unit.recorded('decision', (e) => !e.grant)
  await page.shot('secure', {print: true})
  await page.axe()

  await unit.gate({opened: true})
  await page.see('page.reader-opened')
  await unit.gate({away: true})
  await page.see('desk.link-silent')
  await page.see('page.reader-not-secure')
  await page.shot('cut')
  await page.axe()
}
