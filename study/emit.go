package study

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

// A JobArray describes a job of many machines or processes that share a study's
// folder. Each runs one shard of the units.
type JobArray struct {
	Name   string // of the job
	Plan   string // name or file of the plan from which processes make the folder; empty if the folder exists
	Dir    string // the study's folder, as the machines see it
	Tuning bool   // whether to run the tuning seeds instead of the reporting ones
	Shards int    // processes in all
	Image  string // container image with the program study, for Kubernetes
	Claim  string // persistent volume claim mounted at Dir, for Kubernetes
}

// Args returns the arguments of the program study in each process.
func (a JobArray) Args() []string {
	args := []string{"run"}
	if a.Plan != "" {
		args = append(args, a.Plan)
	}
	args = append(args, "-output", a.Dir, "-shards", strconv.Itoa(a.Shards), "-workers", "1")
	if a.Tuning {
		args = append(args, "-tuning")
	}
	return args
}

// EmitKubernetes writes an Indexed Job whose pods run the shards, one processor each.
// A pod that fails is tried again alone, three times, and stops no other. The index
// comes from JOB_COMPLETION_INDEX.
func EmitKubernetes(w io.Writer, a JobArray) error {
	if err := a.check(); err != nil {
		return err
	}
	if a.Image == "" || a.Claim == "" {
		return fmt.Errorf("study: a Kubernetes job needs an image with the program study, and a claim of the volume that holds %s", a.Dir)
	}
	return kubernetesJob.Execute(w, a)
}

// EmitSlurm writes a script for sbatch that runs the shards as an array job, one
// processor each. A task that fails is requeued, three times at most; so is one whose
// node fails. The index comes from SLURM_ARRAY_TASK_ID.
func EmitSlurm(w io.Writer, a JobArray) error {
	if err := a.check(); err != nil {
		return err
	}
	return slurmScript.Execute(w, a)
}

// check returns an error if a field is missing, or has a character that needs an escape within
// double quotes, in YAML or in a shell.
func (a JobArray) check() error {
	if a.Shards < 1 {
		return fmt.Errorf("study: an array of %d shards, want at least 1", a.Shards)
	}
	for _, f := range [][2]string{{"name", a.Name}, {"plan", a.Plan}, {"folder", a.Dir}, {"image", a.Image}, {"claim", a.Claim}} {
		if strings.ContainsAny(f[1], "\"'\\\n\r`$") {
			return fmt.Errorf("study: the %s %q has a quote, a backslash, a dollar sign or a line end", f[0], f[1])
		}
	}
	if a.Name == "" || a.Dir == "" {
		return fmt.Errorf("study: an array needs a name and a folder")
	}
	return nil
}

var functions = template.FuncMap{
	"last": func(n int) int { return n - 1 },
	// Double quotes are enough, in YAML and in a shell: check has refused all characters
	// that would need an escape.
	"quote": quote,
	"word": func(s string) string {
		if plainWord.MatchString(s) {
			return s
		}
		return quote(s)
	},
}

func quote(s string) string { return `"` + s + `"` }

var plainWord = regexp.MustCompile(`^[\w./:@=+-]+$`)

var kubernetesJob = template.Must(template.New("job").Funcs(functions).Parse(`apiVersion: batch/v1
kind: Job
metadata:
  name: {{quote .Name}}
spec:
  completionMode: Indexed
  completions: {{.Shards}}
  parallelism: {{.Shards}}
  backoffLimitPerIndex: 3
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: study
          image: {{quote .Image}}
          command: ["study"{{range .Args}}, {{quote .}}{{end}}]
          resources:
            requests:
              cpu: "1"
          volumeMounts:
            - name: study
              mountPath: {{quote .Dir}}
      volumes:
        - name: study
          persistentVolumeClaim:
            claimName: {{quote .Claim}}
`))

var slurmScript = template.Must(template.New("script").Funcs(functions).Parse(`#!/bin/sh
#SBATCH --job-name={{quote .Name}}
#SBATCH --array=0-{{last .Shards}}
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
study{{range .Args}} {{word .}}{{end}} && exit
status=$?
if [ "${SLURM_RESTART_COUNT:-0}" -lt 3 ]; then
	scontrol requeue "$SLURM_JOB_ID"
fi
exit $status
`))
