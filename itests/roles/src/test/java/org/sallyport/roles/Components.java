// SPDX-License-Identifier: Apache-2.0
// Copyright the Sallyport authors
package org.sallyport.roles;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Wires components by the descriptors in their bundles, as a component runtime does, as far as these tests need it: services
 * are made when somebody asks for them, constructor references have to be there, dynamic ones may come and go. So roles run
 * together as in a container, in milliseconds.
 */
final class Components implements AutoCloseable {
    private static final AtomicLong IDS = new AtomicLong();

    private final Map<String, Descriptor> descriptors = new LinkedHashMap<>();
    private final Map<Descriptor, Object> instances = new HashMap<>();
    private final Deque<Descriptor> made = new ArrayDeque<>();
    private final Map<String, Map<String, ?>> configurations;
    private final Map<Class<?>, Object> given;

    private record Reference(String service, String bind, String unbind, int parameter) {}

    /** What a component says of itself. */
    private record Descriptor(
            Class<?> implementation,
            List<String> services,
            List<Reference> references,
            Map<String, Object> properties,
            String pid,
            String modified,
            String deactivate,
            boolean immediate) {}

    /**
     * @param bundles which of those on the class path take part, by symbolic name
     * @param configurations by PID
     * @param given services that a test offers instead of the bundles; they are not ended
     */
    Components(Predicate<String> bundles, Map<String, Map<String, ?>> configurations, Map<Class<?>, Object> given) {
        this.given = given;
        this.configurations = new HashMap<>(configurations);
        try {
            find(bundles);
        } catch (IOException | ReflectiveOperationException | ParserConfigurationException | SAXException e) {
            throw new IllegalStateException("the descriptors of components cannot be read", e);
        }
    }

    private void find(Predicate<String> bundles)
            throws IOException, ReflectiveOperationException, ParserConfigurationException, SAXException {
        var manifests = getClass().getClassLoader().getResources("META-INF/MANIFEST.MF");
        while (manifests.hasMoreElements()) {
            Manifest manifest;
            try (InputStream in = manifests.nextElement().openStream()) {
                manifest = new Manifest(in);
            }
            String name = manifest.getMainAttributes().getValue("Bundle-SymbolicName");
            String components = manifest.getMainAttributes().getValue("Service-Component");
            if (name != null && components != null && name.startsWith("org.sallyport.") && bundles.test(name)) {
                for (String path : components.split(",", -1)) {
                    Descriptor descriptor = read(path.strip());
                    descriptors.put(descriptor.implementation().getName(), descriptor);
                }
            }
        }
    }

    private static Descriptor read(String path)
            throws IOException, ReflectiveOperationException, ParserConfigurationException, SAXException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        Element root;
        try (InputStream in = Components.class.getClassLoader().getResourceAsStream(path)) {
            Document document = factory.newDocumentBuilder().parse(in);
            root = document.getDocumentElement();
        }
        List<Reference> references = new ArrayList<>();
        for (Element each : elements(root, "reference")) {
            String parameter = each.getAttribute("parameter");
            references.add(new Reference(
                    each.getAttribute("interface"),
                    each.getAttribute("bind"),
                    each.getAttribute("unbind"),
                    parameter.isEmpty() ? -1 : Integer.parseInt(parameter)));
        }
        Map<String, Object> properties = new HashMap<>();
        properties.put("service.id", IDS.incrementAndGet());
        for (Element each : elements(root, "property")) {
            properties.put(each.getAttribute("name"), each.getAttribute("value"));
        }
        return new Descriptor(
                Class.forName(elements(root, "implementation").get(0).getAttribute("class")),
                elements(root, "provide").stream()
                        .map(each -> each.getAttribute("interface"))
                        .collect(Collectors.toList()),
                references,
                properties,
                root.getAttribute("configuration-pid"),
                root.getAttribute("modified"),
                root.getAttribute("deactivate"),
                root.getAttribute("immediate").equals("true"));
    }

    private static List<Element> elements(Element root, String name) {
        List<Element> elements = new ArrayList<>();
        NodeList nodes = root.getElementsByTagName(name);
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    /** Makes the components that begin by themselves. */
    void begin() {
        descriptors.values().stream().filter(Descriptor::immediate).forEach(this::instance);
    }

    /** {@return the service, made with all that it needs if it was not there yet} */
    <T> T get(Class<T> service) {
        return service.cast(service(service.getName()));
    }

    /** {@return all services of a kind, made if they were not there yet} */
    <T> List<T> all(Class<T> service) {
        return providers(service.getName()).stream()
                .map(this::instance)
                .map(service::cast)
                .toList();
    }

    private Object service(String name) {
        Object replaced = given(name);
        if (replaced != null) {
            return replaced;
        }
        List<Descriptor> providers = providers(name);
        if (providers.isEmpty()) {
            throw new IllegalStateException("nobody offers " + name);
        }
        return instance(providers.get(0));
    }

    private Object given(String name) {
        for (Map.Entry<Class<?>, Object> each : given.entrySet()) {
            if (each.getKey().getName().equals(name)) {
                return each.getValue();
            }
        }
        return null;
    }

    private List<Descriptor> providers(String service) {
        return descriptors.values().stream()
                .filter(each -> each.services().contains(service))
                .toList();
    }

    private Object instance(Descriptor descriptor) {
        Object known = instances.get(descriptor);
        if (known != null) {
            return known;
        }
        try {
            Constructor<?> constructor = activated(descriptor);
            Object[] arguments = new Object[constructor.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                if (constructor.getParameterTypes()[i] == Map.class) {
                    arguments[i] = properties(descriptor);
                }
            }
            for (Reference reference : descriptor.references()) {
                if (reference.parameter() >= 0) {
                    arguments[reference.parameter()] = service(reference.service());
                }
            }
            Object instance = constructor.newInstance(arguments);
            instances.put(descriptor, instance);
            made.push(descriptor);
            for (Reference reference : descriptor.references()) {
                if (!reference.bind().isEmpty()) {
                    Object replaced = given(reference.service());
                    if (replaced != null) {
                        call(instance, reference.bind(), replaced, Map.of());
                        continue;
                    }
                    for (Descriptor provider : providers(reference.service())) {
                        call(instance, reference.bind(), instance(provider), provider.properties());
                    }
                }
            }
            return instance;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(descriptor.implementation() + " cannot be made", e);
        }
    }

    private static Constructor<?> activated(Descriptor descriptor) {
        long parameters = descriptor.references().stream()
                .filter(each -> each.parameter() >= 0)
                .count();
        for (Constructor<?> each : descriptor.implementation().getConstructors()) {
            long others = List.of(each.getParameterTypes()).stream()
                    .filter(type -> type != Map.class)
                    .count();
            if (others == parameters) {
                return each;
            }
        }
        throw new IllegalStateException(descriptor.implementation() + " has no constructor that fits its descriptor");
    }

    private Map<String, Object> properties(Descriptor descriptor) {
        Map<String, Object> properties = new HashMap<>(descriptor.properties());
        properties.putAll(configurations.getOrDefault(descriptor.pid(), Map.of()));
        return properties;
    }

    /** The configuration of a PID changes under running components. */
    void configure(String pid, Map<String, ?> configuration) {
        configurations.put(pid, configuration);
        for (Descriptor descriptor : List.copyOf(made)) {
            if (descriptor.pid().equals(pid)) {
                call(instances.get(descriptor), descriptor.modified(), null, properties(descriptor));
            }
        }
    }

    /**
     * A service's bundle is stopped: whoever uses the service lets go, then its component ends. Only for services that all
     * have bound dynamically.
     */
    void stop(Class<?> service) {
        for (Descriptor provider : providers(service.getName())) {
            Object going = instances.remove(provider);
            if (going == null) {
                continue;
            }
            made.remove(provider);
            for (Descriptor user : List.copyOf(made)) {
                for (Reference reference : user.references()) {
                    if (provider.services().contains(reference.service())
                            && !reference.unbind().isEmpty()) {
                        call(instances.get(user), reference.unbind(), going, provider.properties());
                    }
                }
            }
            end(provider, going);
        }
    }

    /** The bundle of a service that was stopped is started again. */
    void start(Class<?> service) {
        for (Descriptor provider : providers(service.getName())) {
            Object back = instance(provider);
            for (Descriptor user : List.copyOf(made)) {
                for (Reference reference : user.references()) {
                    if (provider.services().contains(reference.service())
                            && !reference.bind().isEmpty()) {
                        call(instances.get(user), reference.bind(), back, provider.properties());
                    }
                }
            }
        }
    }

    /** Ends all, users before what they use. */
    @Override
    public void close() {
        while (!made.isEmpty()) {
            Descriptor descriptor = made.stream()
                    .filter(each -> made.stream().noneMatch(user -> !user.equals(each) && uses(user, each)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("components use each other in a circle: " + made));
            made.remove(descriptor);
            Object instance = instances.remove(descriptor);
            end(descriptor, instance);
            for (Reference reference : descriptor.references()) {
                if (!reference.unbind().isEmpty()) {
                    Object replaced = given(reference.service());
                    if (replaced != null) {
                        call(instance, reference.unbind(), replaced, Map.of());
                        continue;
                    }
                    for (Descriptor provider : providers(reference.service())) {
                        Object bound = instances.get(provider);
                        if (bound != null) {
                            call(instance, reference.unbind(), bound, provider.properties());
                        }
                    }
                }
            }
        }
    }

    private static boolean uses(Descriptor user, Descriptor provider) {
        return user.references().stream()
                .anyMatch(reference -> provider.services().contains(reference.service()));
    }

    private static void end(Descriptor descriptor, Object instance) {
        if (!descriptor.deactivate().isEmpty()) {
            call(instance, descriptor.deactivate(), null, null);
        }
    }

    /** Calls a method, which may take the service, its properties, both or nothing. */
    private static void call(Object target, String name, Object service, Map<String, Object> properties) {
        for (Method method : target.getClass().getDeclaredMethods()) {
            if (method.getName().equals(name) && !method.isBridge()) {
                Object[] arguments = List.of(method.getParameterTypes()).stream()
                        .map(type -> type == Map.class ? properties : service)
                        .toArray();
                method.setAccessible(true);
                try {
                    method.invoke(target, arguments);
                } catch (InvocationTargetException e) {
                    throw new IllegalStateException(target.getClass() + "." + name + " failed", e.getCause());
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
                return;
            }
        }
        throw new IllegalStateException(target.getClass() + " has no method " + name);
    }

    /** For messages of tests that fail while they are set up. */
    @Override
    public String toString() {
        return made.stream()
                .map(each -> each.implementation().getSimpleName())
                .toList()
                .toString();
    }
}
