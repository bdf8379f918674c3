// The control plane of `npm run test:mesh -- istiod`: Istio's own generators over objects that arrive on standard input,
// without Kubernetes, and the two parts of istio-agent that its proxies do not start without: the bootstrap file and the
// server of certificates that are files.
//
//	istiod -node ID -metadata JSON -template FILE [-ports OUTBOUND,INBOUND]
//
// It runs in a folder of its own, and writes there bootstrap.json and the sockets that this file names; the proxies write
// access.log there. A proxy with a certificate of its own finds it there as etc/certs/cert-chain.pem, key.pem and
// root-cert.pem. -ports is for a second proxy in one network. Then it reads lines:
//
//	apply FILE    creates or replaces the objects of a YAML file, as kubectl apply would
//	delete FILE   removes them
//
// and answers each, and the start, with a line: "ok", or "error: " and what was wrong. It ends with its input.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"strings"

	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/test"
)

func main() {
	node := flag.String("node", "", "id of the proxy, as Istio writes it")
	metadata := flag.String("metadata", "{}", "metadata of the proxy, JSON")
	template := flag.String("template", "", "Istio's template of the bootstrap")
	ports := flag.String("ports", "", "ports that traffic is redirected to, outbound and inbound; default: Istio's")
	flag.Parse()
	// Standard output is for the answers.
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	if err := log.Configure(options); err != nil {
		answer(err)
		os.Exit(1)
	}
	err := test.Wrap(func(t test.Failer) {
		plane, err := start(t, *ports)
		if err == nil {
			err = serveCertificates()
		}
		if err == nil {
			err = writeBootstrap("bootstrap.json", *template, *node, *metadata)
		}
		answer(err)
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			answer(plane.obey(lines.Text()))
		}
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(err error) {
	if err == nil {
		fmt.Println("ok")
	} else {
		fmt.Println("error: " + strings.ReplaceAll(err.Error(), "\n", " "))
	}
}
