// Figures of face entry over a line of USB speed: pictures a second, and an enrolment.

import {measure} from '../harness/faces.js'

export const options = {seconds: 120, languages: ['en'], speed: 1000000}

export default (run) => measure(run, 'USB speed')
