// Figures of face entry over a line of 115,200 baud: pictures a second, and an enrolment.

import {measure} from '../harness/faces.js'

export const options = {seconds: 120, languages: ['en'], speed: 11520}

export default (run) => measure(run, '115,200 baud')
