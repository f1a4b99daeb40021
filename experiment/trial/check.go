package trial

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/topogen/topogen/experiment/evaluate"
	"github.com/topogen/topogen/study"
)

// errorNames are the names that models have for the error of reconstructions. See
// [models.Model].
var errorNames = []string{"bce", "nll", "mse", "generator"}

// ignored are the settings of a run that a unit does not heed, each with the reason.
var ignored = map[string]string{
	"draw":       "a unit keeps no new examples",
	"n_plot":     "a unit draws no pictures as it trains",
	"onnx":       "a unit keeps no model",
	"sampler":    "a unit measures samples from the prior",
	"save_every": "a unit keeps no checkpoints",
	"save_steps": "a unit keeps no checkpoints",
}

// Version is the version of the meaning of settings, for [study.Plan]. Raise it with each change
// that gives equal settings other outcomes: of a default, or of what a setting does.
const Version = 1

// CheckPlan returns an error that names the path of the first setting or metric that makes
// no sense, as in arms[1].grid.topo[0], or says that the plan has another [Version]. It does
// not open the data.
func (r *Runner) CheckPlan(p *study.Plan) error {
	if p.Version != 0 && p.Version != Version {
		return fmt.Errorf("the plan: version: is %d, but settings have the meaning of version %d here: use the program that wrote the plan, or remove its version to give settings the new meaning", p.Version, Version)
	}
	if err := checkSettings("settings", p.Settings); err != nil {
		return err
	}
	for i, a := range p.Arms {
		path := fmt.Sprintf("arms[%d]", i)
		if err := checkSettings(path+".settings", a.Settings); err != nil {
			return err
		}
		for _, key := range slices.Sorted(maps.Keys(a.Grid)) {
			for k, value := range a.Grid[key] {
				if err := checkSetting(fmt.Sprintf("%s.grid.%s[%d]", path, key, k), key, value); err != nil {
					return err
				}
			}
		}
	}
	known := make(map[string]bool)
	for _, name := range errorNames {
		known[name] = true
	}
	for _, m := range evaluate.Metrics() {
		known[m.Name] = true
	}
	for _, u := range append(p.Units(study.Test), p.Units(study.Validation)...) {
		c, err := config(u)
		if err != nil {
			return fmt.Errorf("the plan: arm %q: %w", u.Arm, err)
		}
		for _, step := range c.Measure.At {
			for _, name := range errorNames {
				known[fmt.Sprintf("%s@%d", name, step)] = true
			}
		}
	}
	for i, m := range p.Metrics {
		if known[m.Name] {
			continue
		}
		if name, step, at := strings.Cut(m.Name, "@"); at && slices.Contains(errorNames, name) {
			return fmt.Errorf("the plan: metrics[%d].name: %q needs the step %s in the setting measure.at", i, m.Name, step)
		}
		return fmt.Errorf("the plan: metrics[%d].name: %q is not a metric: the metrics are %s", i, m.Name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
	}
	return nil
}

func checkSettings(path string, s study.Settings) error {
	for _, key := range slices.Sorted(maps.Keys(s)) {
		if err := checkSetting(path+"."+key, key, s[key]); err != nil {
			return err
		}
	}
	return nil
}

// checkSetting decodes one setting by itself.
func checkSetting(path, key string, value json.RawMessage) error {
	if why, found := ignored[key]; found {
		return fmt.Errorf("the plan: %s: the setting has no effect, %s: remove it", path, why)
	}
	if names := settingNames(); !slices.Contains(names, key) {
		return fmt.Errorf("the plan: %s: there is no setting %q: the settings are %s", path, key, strings.Join(names, ", "))
	}
	c := Default()
	text, err := json.Marshal(study.Settings{key: value})
	if err != nil {
		return fmt.Errorf("the plan: %s: %w", path, err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		text := strings.TrimPrefix(err.Error(), "json: ")
		if strings.HasPrefix(text, "unknown field") {
			text += ": the fields are " + strings.Join(fieldsOf(key), ", ")
		}
		return fmt.Errorf("the plan: %s: %s", path, text)
	}
	return nil
}

// fieldsOf returns the names of the fields of a setting that is an object, nil for others.
func fieldsOf(key string) (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if jsonName(f) == key && f.Type.Kind() == reflect.Struct {
			for _, inner := range reflect.VisibleFields(f.Type) {
				if name := jsonName(inner); name != "" && name != "-" {
					names = append(names, name)
				}
			}
		}
	}
	slices.Sort(names)
	return names
}

// jsonName returns the name of a field in JSON.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// settingNames returns the names of the settings that a unit heeds: those of the fields of a
// [Config] in JSON, also of fields that JSON leaves out while they are zero.
func settingNames() []string {
	var names []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if name := jsonName(f); name != "" && name != "-" && name != "seed" && ignored[name] == "" { // the plan's seeds decide the seed
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
