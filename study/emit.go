package study

import (
	"fmt"
	"io"
	"strings"
	"text/template"
)

// An Array describes a job of many machines or processes that share a study's
// folder. Each runs one shard of the units.
type Array struct {
	Name   string // of the job
	Dir    string // the study's folder, as the machines see it
	Shards int    // processes in all
	Image  string // container image with the program study, for Kubernetes
	Claim  string // persistent volume claim mounted at Dir, for Kubernetes
}

// EmitKubernetes writes an Indexed Job whose pods run the shards. A pod that fails
// is tried again alone, three times. The index comes from JOB_COMPLETION_INDEX.
func EmitKubernetes(w io.Writer, a Array) error {
	if err := a.check(); err != nil {
		return err
	}
	if a.Image == "" || a.Claim == "" {
		return fmt.Errorf("study: a Kubernetes job needs an image with the program study, and a claim of the volume that holds %s", a.Dir)
	}
	return kubernetesJob.Execute(w, a)
}

// EmitSlurm writes a script for sbatch that runs the shards as an array job. The
// index comes from SLURM_ARRAY_TASK_ID. A node that fails has its task requeued.
func EmitSlurm(w io.Writer, a Array) error {
	if err := a.check(); err != nil {
		return err
	}
	return slurmScript.Execute(w, a)
}

// check refuses what would not survive quoting in YAML or in a shell.
func (a Array) check() error {
	if a.Shards < 1 {
		return fmt.Errorf("study: an array of %d shards, want at least 1", a.Shards)
	}
	for _, f := range [][2]string{{"name", a.Name}, {"folder", a.Dir}, {"image", a.Image}, {"claim", a.Claim}} {
		if strings.ContainsAny(f[1], "\"'\\\n\r`$") {
			return fmt.Errorf("study: the %s %q has a quote, a backslash, a dollar sign or a line end", f[0], f[1])
		}
	}
	if a.Name == "" || a.Dir == "" {
		return fmt.Errorf("study: an array needs a name and a folder")
	}
	return nil
}

var kubernetesJob = template.Must(template.New("job").Parse(`apiVersion: batch/v1
kind: Job
metadata:
  name: "{{.Name}}"
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
          image: "{{.Image}}"
          command: ["study", "run", "-output", "{{.Dir}}", "-shards", "{{.Shards}}"]
          volumeMounts:
            - name: study
              mountPath: "{{.Dir}}"
      volumes:
        - name: study
          persistentVolumeClaim:
            claimName: "{{.Claim}}"
`))

var slurmScript = template.Must(template.New("script").Funcs(template.FuncMap{"last": func(n int) int { return n - 1 }}).Parse(`#!/bin/sh
#SBATCH --job-name="{{.Name}}"
#SBATCH --array=0-{{last .Shards}}
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
exec study run -output "{{.Dir}}" -shards {{.Shards}} -workers 1
`))
