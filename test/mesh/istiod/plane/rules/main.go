// What Istio's own generator makes of authorization policies: configuration of Envoy's native RBAC filter.
//
// Each line of standard input is a JSON object, the policies of one workload:
//
//	{"trustDomain": "...", "aliases": ["..."], "policies": [{"namespace": "...", "name": "...", "spec": {...}}]}
//
// and is answered by a line: the JSON list of the HTTP filters that Istio puts into the workload's proxy, or a JSON string,
// which is why Istio refuses a policy. It ends with its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"

	security "istio.io/api/security/v1beta1"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/security/authz/builder"
	"istio.io/istio/pilot/pkg/security/trustdomain"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/validation"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/util/protomarshal"
)

type workload struct {
	TrustDomain string   `json:"trustDomain"`
	Aliases     []string `json:"aliases"`
	Policies    []struct {
		Namespace string          `json:"namespace"`
		Name      string          `json:"name"`
		Spec      json.RawMessage `json:"spec"`
	} `json:"policies"`
}

// Bytes of the longest line.
const longest = 16 << 20

func main() {
	// Standard output is for the answers.
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.ErrorLevel)
	if err := log.Configure(options); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		answer, err := filters(lines.Bytes())
		if err != nil {
			answer, _ = json.Marshal(err.Error())
		}
		fmt.Println(string(answer))
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func filters(line []byte) ([]byte, error) {
	var given workload
	if err := json.Unmarshal(line, &given); err != nil {
		return nil, err
	}
	var policies model.AuthorizationPoliciesResult
	for _, policy := range given.Policies {
		spec := &security.AuthorizationPolicy{}
		if err := protomarshal.ApplyJSONStrict(string(policy.Spec), spec); err != nil {
			return nil, err
		}
		meta := config.Meta{Namespace: policy.Namespace, Name: policy.Name}
		if _, err := validation.ValidateAuthorizationPolicy(config.Config{Meta: meta, Spec: spec}); err != nil {
			return nil, err
		}
		one := model.AuthorizationPolicy{Namespace: policy.Namespace, Name: policy.Name, Spec: spec}
		switch spec.Action {
		case security.AuthorizationPolicy_ALLOW:
			policies.Allow = append(policies.Allow, one)
		case security.AuthorizationPolicy_DENY:
			policies.Deny = append(policies.Deny, one)
		case security.AuthorizationPolicy_AUDIT:
			policies.Audit = append(policies.Audit, one)
		default:
			return nil, fmt.Errorf("action %v is not for the RBAC filter", spec.Action)
		}
	}
	var made []*hcm.HttpFilter
	bundle := trustdomain.NewBundle(given.TrustDomain, given.Aliases)
	if rules := builder.New(bundle, nil, policies, builder.Option{}); rules != nil {
		made = rules.BuildHTTP()
	}
	list := make([]json.RawMessage, 0, len(made))
	for _, filter := range made {
		text, err := protomarshal.MarshalProtoNames(filter)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return json.Marshal(list)
}
