module menshen/scripts/bench/qr

go 1.25.0

replace menshen => ../../..

require (
	github.com/makiuchi-d/gozxing v0.1.1
	gocv.io/x/gocv v0.31.0
	golang.org/x/sys v0.45.0
	menshen v0.0.0
	rsc.io/qr v0.2.0
)

require (
	golang.org/x/text v0.3.7 // indirect
	golang.org/x/xerrors v0.0.0-20200804184101-5ec99f83aff1 // indirect
)
