// An update from a stick: looked at, installed with its progress, tried. Root is played.

export const options = {updates: true, config: '[stick]\nenabled = true'}

export default async ({unit, page}) => {
  await page.logIn()
  await page.go('page.update')
  await page.click('page.look-for-update')
  await page.see('the makers')
  await page.shot('offer')
  await page.axe()
  await page.click('page.install-update', {within: page.raw.getByRole('main')})
  await page.click('page.install-update', {within: page.raw.getByRole('dialog')})
  await page.see('page.installed')
  await page.click('page.restart-to-try')
  await page.shot('restart', {dark: false})
  await page.axe()
  await page.click('page.restart-now')
  await page.see('page.restarting')
  await unit.recorded('update begun', (e) => e.detail.version === '1.1')
  await unit.recorded('update tried')
}
