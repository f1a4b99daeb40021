// Package registry lists things that are declared in many files, without state and without
// a list that names them all. What declares a thing is a method:
//
//	type shapes struct{}
//
//	func (shapes) Circle() []Shape { return []Shape{…} } // in circle.go
//	func (shapes) Knots() []Shape  { return []Shape{…} } // in knots.go
//
// Then All[Shape](shapes{}) returns all shapes.
package registry

import (
	"fmt"
	"reflect"
)

// All calls the exported methods of r in the order of their names, and returns what they
// return one after another. It panics unless each method is a func() []T.
func All[T any](r any) (all []T) {
	for method, value := range reflect.ValueOf(r).Methods() {
		list, ok := value.Interface().(func() []T)
		if !ok {
			panic(fmt.Sprintf("registry: method %s of %T is a %v, not a %T", method.Name, r, value.Type(), list))
		}
		all = append(all, list()...)
	}
	return all
}
