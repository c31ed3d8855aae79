package board_test

import (
	"testing"

	"menshen/board/boardtest"
)

func TestMain(m *testing.M) { boardtest.Main(m) }
