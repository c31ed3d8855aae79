package console

import (
	"context"
	"io"

	"menshen/board/desk"
	"menshen/board/lists"
	"menshen/store"
)

// Lists takes lists of people in and gives lists out.
type Lists interface {
	// OpenList opens a file of the unit's out folder by its name, or of the stick.
	OpenList(ctx context.Context, s desk.Session, name string, stick bool) (io.ReadCloser, error)
	// PlanImport reads a list and says line by line what an import would do. Nothing is changed.
	PlanImport(ctx context.Context, s desk.Session, in io.Reader) (*lists.Plan, error)
	// Import carries a plan out as one act, all of it or nothing.
	Import(ctx context.Context, s desk.Session, plan *lists.Plan, step desk.Progress) (desk.Imported, error)
	// LastImport tells what can be undone, and over whom it would go.
	LastImport(ctx context.Context, s desk.Session) (desk.ImportState, error)
	// UndoImport takes the last import back as one act. With leave, people to whom something
	// happened since stay as they are; without, they are a reason to refuse.
	UndoImport(ctx context.Context, s desk.Session, entry uint64, leave bool) (store.Undone, error)
	// ExportList writes a list into the out folder, and gives its path and the number of rows.
	ExportList(ctx context.Context, s desk.Session, of desk.List) (path string, rows int, err error)
}
