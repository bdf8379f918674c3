package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/test"
)

// plane is the control plane.
type plane struct {
	server *xds.FakeDiscoveryServer
}

// start serves xDS where Istio's bootstrap expects istio-agent's proxy of it.
func start(t test.Failer, ports string) (*plane, error) {
	settings := mesh.DefaultMeshConfig()
	if ports != "" {
		if _, err := fmt.Sscanf(ports, "%d,%d", &settings.ProxyListenPort, &settings.ProxyInboundListenPort); err != nil {
			return nil, fmt.Errorf("-ports %s: %w", ports, err)
		}
	}
	log, err := filepath.Abs("access.log")
	if err != nil {
		return nil, err
	}
	settings.AccessLogFile = log
	socket := filepath.Join(constants.ConfigPathDir, "XDS")
	if err := os.MkdirAll(filepath.Dir(socket), 0o755); err != nil {
		return nil, err
	}
	return &plane{xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
		MeshConfig:      settings,
		ListenerBuilder: func() (net.Listener, error) { return net.Listen("unix", socket) },
	})}, nil
}

// obey does what a line says.
func (p *plane) obey(line string) error {
	verb, file, _ := strings.Cut(line, " ")
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	// Checks each object as istiod's admission webhook does.
	objects, unknown, err := crd.ParseInputs(string(text))
	if err != nil {
		return err
	}
	if len(unknown) > 0 {
		return fmt.Errorf("%s is not a kind of Istio's", unknown[0].Kind)
	}
	for _, object := range objects {
		switch verb {
		case "apply":
			err = p.apply(object)
		case "delete":
			err = p.server.Store().Delete(object.GroupVersionKind, object.Name, object.Namespace, nil)
		default:
			err = fmt.Errorf("unknown verb %q", verb)
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", object.GroupVersionKind.Kind, object.Name, err)
		}
	}
	return nil
}

func (p *plane) apply(object config.Config) error {
	store := p.server.Store()
	var err error
	if store.Get(object.GroupVersionKind, object.Name, object.Namespace) == nil {
		_, err = store.Create(object)
	} else {
		_, err = store.Update(object)
	}
	return err
}
