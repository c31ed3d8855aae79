package fusion

import "menshen/recognizer/index"

// Searcher compares an embedding with those of the people enrolled, as *index.Index does. Search
// must give each person once, the best first. Scores are cosines.
type Searcher interface {
	Search(q []float32, k int) []index.Hit
	Score(id index.ID, q []float32) (float64, bool)
}

// evidence is what the frames of one face have shown so far.
type evidence struct {
	mean  mean
	hits  []index.Hit      // the mean's nearest two, or its score with the card's owner
	votes map[index.ID]int // whom each frame by itself was nearest to
	live  liveness
	act   *challenge // asked of this face; nil: nothing
}

// isAnother reports whether an embedding is not of the face gathered so far.
func (e *evidence) isAnother(embedding []float32, same float64) bool {
	return e.mean.frames > 0 && e.mean.cosine(embedding) < same
}

// add takes one usable frame. With an owner it is compared with them alone, and a frame that
// scores less than same is not a vote for them. It reports false for an embedding that cannot be
// averaged with the others.
func (e *evidence) add(f Frame, s Searcher, owner *index.ID, same float64) bool {
	if !e.mean.add(f.Embedding) {
		return false
	}
	e.live.add(f)
	if owner == nil {
		if best := s.Search(f.Embedding, 1); len(best) > 0 {
			e.votes[best[0].ID]++
		}
		e.hits = s.Search(e.mean.sum, 2)
		return true
	}
	e.hits = e.hits[:0]
	if score, ok := s.Score(*owner, e.mean.sum); ok {
		e.hits = append(e.hits, index.Hit{ID: *owner, Score: score})
	}
	if score, ok := s.Score(*owner, f.Embedding); ok && score >= same {
		e.votes[*owner]++
	}
	return true
}

// forget overwrites everything.
func (e *evidence) forget() {
	e.mean.forget()
	clear(e.hits)
	clear(e.votes)
	e.hits, e.live, e.act = e.hits[:0], liveness{}, nil
}
